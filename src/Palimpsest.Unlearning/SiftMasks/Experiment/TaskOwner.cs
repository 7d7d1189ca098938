using Palimpsest.Data;
using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>What one owner of an experiment has and is asked.</summary>
/// <param name="Train">What it is tuned on.</param>
/// <param name="Asked">Questions whose true answer's probability is measured, and whose answer is chosen among the completions; of one completion only the probability counts.</param>
internal sealed record TaskOwner(IReadOnlyList<TextExample> Train, IReadOnlyList<ChoiceItem> Asked);
