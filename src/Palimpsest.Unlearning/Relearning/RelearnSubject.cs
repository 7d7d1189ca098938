using Palimpsest.Models;
using Palimpsest.Models.Sources;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>A model that is attacked. It is loaded anew for every attack, so that all begin at the same bits.</summary>
/// <param name="Label">Name for people.</param>
/// <param name="Load">Loads it, trainable or frozen; whoever asks disposes it.</param>
public sealed record RelearnSubject(string Label, Func<LoadMode, LanguageModel> Load);
