using System.CommandLine;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary>The option that names what makes sentence vectors.</summary>
internal static class CascadeEncoder
{
    public static Option<string?> Option() => new("--encoder") { Description = "A folder of sentence-transformers, for the rule semantic." };

    /// <summary>Loads the encoder where the rule needs one.</summary>
    /// <exception cref="PalimpsestException">There is none and the rule needs one, or the other way round.</exception>
    public static AnswerVectors? Load(string? folder, AgreementRule rule) => rule switch
    {
        AgreementRule.Semantic when folder is null => throw new PalimpsestException("The rule semantic needs sentence vectors. Name a folder of "
            + "sentence-transformers in --encoder, or take token-overlap."),
        AgreementRule.Semantic => AnswerVectors.Load(folder, CommandTorch.Start(threads: 0)),
        _ when folder is not null => throw new PalimpsestException("--encoder has a part in the rule semantic alone. Leave it out."),
        _ => null,
    };
}
