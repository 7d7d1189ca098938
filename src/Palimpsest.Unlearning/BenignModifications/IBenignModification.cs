namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>A change of the questions that no attacker is needed for: whoever uses a model may ask so. A new one is one file and a line in
/// <see cref="Modifications"/>.</summary>
/// <remarks>Thaker et al., Position: LLM Unlearning Benchmarks are Weak Measures of Progress, SaTML 2025.</remarks>
public interface IBenignModification
{
    /// <summary>Its name in recipes and tables.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence for readers.</summary>
    string Says { get; }

    /// <summary>Why nothing can be asked so, with the way out; null if something can.</summary>
    string? Lacks(ModificationInput input);

    /// <summary>The questions as they are asked; the same input gives the same items.</summary>
    IEnumerable<AskedItem> Ask(ModificationInput input);
}
