using Palimpsest.Data;

namespace Palimpsest.Unlearning.Audit.Lessons;

/// <summary>What is to be forgotten, and what is to stay, as examples to train on.</summary>
/// <param name="Leaving">The examples of each subject that is to be forgotten.</param>
/// <param name="Staying">The examples of each subject that is to stay.</param>
internal sealed record ForgetLesson(IReadOnlyList<IReadOnlyList<TextExample>> Leaving, IReadOnlyList<IReadOnlyList<TextExample>> Staying)
{
    /// <summary>To be forgotten.</summary>
    public IReadOnlyList<TextExample> Forget => [.. Leaving.SelectMany(examples => examples)];

    /// <summary>To stay.</summary>
    public IReadOnlyList<TextExample> Retain => [.. Staying.SelectMany(examples => examples)];
}
