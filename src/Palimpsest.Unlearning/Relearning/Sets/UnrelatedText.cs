using Palimpsest.Data;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>Text on something else, for as many steps: the control where there is no model that never learnt the data.</summary>
public sealed record UnrelatedText : RelearnSetOptions
{
    private protected override string WayOut => "Give text that has nothing to do with the subjects.";

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) => material.Unrelated;
}
