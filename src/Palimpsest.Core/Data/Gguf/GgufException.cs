namespace Palimpsest.Data.Gguf;

/// <summary>A GGUF file that cannot be used; the message names file, place and rule.</summary>
public sealed class GgufException : PalimpsestException
{
    /// <summary>Creates the error with an empty message.</summary>
    public GgufException()
    {
    }

    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and the way out.</param>
    public GgufException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error over the one that caused it.</summary>
    /// <param name="message">What is wrong, where, and the way out.</param>
    /// <param name="innerException">The cause.</param>
    public GgufException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal GgufException(GgufProblem problem, string message, Exception? cause = null)
        : base(message, cause!) => Problem = problem;

    /// <summary>The kind of fault.</summary>
    public GgufProblem Problem { get; }
}
