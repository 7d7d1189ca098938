using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>Random tokens, row for row as many as the public text has: what comes back with these needs nothing but steps.</summary>
public sealed record Gibberish : RelearnSetOptions
{
    private protected override string WayOut => "Give text about the subjects, whose lengths it takes.";

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) => material.PublicText.Count > 0 ? material.PublicText
        : DirectAnswers.Of(material.Related.Count > 0 ? material.Related : material.Targets, material.Form);

    private protected override TokenSequence? Encode(TextExample text, ExampleEncoder encoder, Text.Tokenizer tokenizer, RandomStream random)
    {
        if (encoder.Encode(text) is not TokenSequence sequence)
        {
            return null;
        }

        int Ordinary()
        {
            int id = random.NextInt(tokenizer.VocabularySize);
            return tokenizer.IsSpecial(id) || tokenizer.TokenOf(id) is null ? Ordinary() : id;
        }

        return new TokenSequence([.. sequence.Ids.Select(id => tokenizer.IsSpecial(id) ? id : Ordinary())], 1);
    }
}
