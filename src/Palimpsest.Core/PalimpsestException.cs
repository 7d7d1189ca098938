namespace Palimpsest;

/// <summary>An error that a user can mend: its message says what is wrong, where, and the way out. The command prints it without a stack trace and exits with 2.</summary>
public class PalimpsestException : Exception
{
    /// <summary>Creates the error with an empty message.</summary>
    public PalimpsestException()
    {
    }

    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and the way out, in plain sentences.</param>
    public PalimpsestException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error over the one that caused it.</summary>
    /// <param name="message">What is wrong, where, and the way out, in plain sentences.</param>
    /// <param name="innerException">The cause; shown with <c>--verbose</c>.</param>
    public PalimpsestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
