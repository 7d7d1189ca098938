using Palimpsest.Common;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>How passages are cut into a beginning that a model is given and what it is to continue: what MUSE calls verbatim memorisation.</summary>
public sealed record PassageOptions : IValidated
{
    /// <summary>Words of the beginning.</summary>
    /// <value>The default is 16.</value>
    public int Given { get; init; } = 16;

    /// <summary>Words that are to be continued; what comes after them is cut off.</summary>
    /// <value>The default is 16.</value>
    public int Asked { get; init; } = 16;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Given >= 1 && Asked >= 1 ? [] : ["given and asked must be at least 1 word each."];
}
