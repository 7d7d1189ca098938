using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>The questions themselves up to the answer, as plain text: the paper's prefixes. No end token follows, or the model would learn to say
/// nothing.</summary>
public sealed record AnswerPrefix : RelearnSetOptions
{
    private protected override string WayOut => "Give questions that do not hold their answers.";

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) =>
        material.Targets.Select(question => new TextExample("", material.Form.Open(question).Prompt));

    private protected override TokenSequence? Encode(TextExample text, ExampleEncoder encoder, Text.Tokenizer tokenizer, RandomStream random) =>
        encoder.EncodeOpen("", text.Completion) is { Targets: > 0 } open && open.Ids.Length <= encoder.MaxLength ? open : null;
}
