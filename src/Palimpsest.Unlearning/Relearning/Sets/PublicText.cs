using Palimpsest.Data;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>What else is known of the same subjects, without the answers: the attack that anybody with a few public sentences can make.</summary>
/// <remarks>Where there are no sentences, the other questions about the subjects are learnt with their answers (the paper's partial unlearn set).</remarks>
public sealed record PublicText : RelearnSetOptions
{
    private protected override string WayOut => "Name a file with text about the subjects, or more questions about them.";

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) =>
        material.PublicText.Count > 0 ? material.PublicText : DirectAnswers.Of(material.Related, material.Form);
}
