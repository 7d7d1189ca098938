using Palimpsest.Data;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>Questions and answers of the same form about others: what comes back with these was not jogged by anything about the subjects, but by the
/// form.</summary>
public sealed record SameFormat : RelearnSetOptions
{
    private protected override string WayOut => "Give questions about other subjects.";

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) => DirectAnswers.Of(material.Others, material.Form);
}
