namespace Palimpsest.Data.Gguf;

/// <summary>A GGUF file that cannot be used; the message names file, place and rule.</summary>
public sealed class GgufException : PalimpsestException
{
    internal GgufException(GgufProblem problem, string message, Exception? cause = null)
        : base(message, cause!) => Problem = problem;

    /// <summary>The kind of fault.</summary>
    public GgufProblem Problem { get; }
}
