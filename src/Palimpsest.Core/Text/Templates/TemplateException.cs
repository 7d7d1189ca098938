namespace Palimpsest.Text.Templates;

/// <summary>What is wrong with a template or with the values that it was given. <see cref="TemplateProgram"/> adds the line.</summary>
internal sealed class TemplateException : Exception
{
    public TemplateException()
    {
    }

    public TemplateException(string message)
        : base(message)
    {
    }

    public TemplateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The template itself called <c>raise_exception</c>; the message is its own.</summary>
    public bool Raised { get; init; }

    /// <summary>The line, or 0 where it is not known yet.</summary>
    public int Line { get; init; }
}
