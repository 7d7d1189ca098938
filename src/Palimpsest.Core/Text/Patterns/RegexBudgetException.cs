namespace Palimpsest.Text.Patterns;

/// <summary>A pattern used up its steps.</summary>
internal sealed class RegexBudgetException : Exception
{
    public RegexBudgetException()
    {
    }

    public RegexBudgetException(string message)
        : base(message)
    {
    }

    public RegexBudgetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
