using Palimpsest.Data;

namespace Palimpsest.Unlearning.Audit.Lessons;

/// <summary>What is to be forgotten, and what is to stay, as examples to train on.</summary>
/// <param name="Forget">To be forgotten.</param>
/// <param name="Retain">To stay.</param>
internal sealed record ForgetLesson(IReadOnlyList<TextExample> Forget, IReadOnlyList<TextExample> Retain);
