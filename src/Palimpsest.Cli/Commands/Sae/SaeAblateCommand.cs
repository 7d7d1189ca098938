using System.CommandLine;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Experiment;
using Palimpsest.Models.Generation;
using TorchSharp;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae ablate FOLDER --latents 3,7</c></summary>
internal static class SaeAblateCommand
{
    public static Command Create(TextWriter output)
    {
        SaeArguments arguments = new();
        Option<string> latents = new("--latents") { Description = "Numbers of latents, with commas.", Required = true };
        Option<double?> add = new("--add") { Description = "Steers: adds so much to each of them everywhere, instead of switching them off." };
        Option<string[]> prompts = new("--prompt")
        {
            Description = "A text to continue with and without the change; can be given several times. Without one, "
            + "texts are evaluated."
        };
        SamplingArguments sampling = new(mostTokens: 40);
        Command command = new(
            "ablate",
            """
            Switches latents off, or steers with them, and shows what the model does then. What the autoencoder does not explain stays as it is.

            Examples: palimpsest sae ablate my-sae --latents 17,804 --file texts.txt
                      palimpsest sae ablate my-sae --latents 17 --add 20 --prompt "the arms of the duke show"
            """)
        {
            latents, add, prompts,
        };
        arguments.AddTo(command);
        sampling.AddTo(command);
        command.SetAction(parsed =>
        {
            int[] chosen = SaeArguments.Numbers(parsed.GetValue(latents)!);
            using SaeSession session = arguments.Open(parsed, output, parsed.GetValue(sampling.Seed));
            int count = session.Sae.Config.DSae;
            Func<torch.Tensor, torch.Tensor> edit = parsed.GetValue(add) is double amount ? SaeSplice.Adding(chosen, count, amount)
                : SaeSplice.Setting(chosen, count);
            SaeSplice splice = new(session.Sae) { ErrorTerm = true, Edit = edit };
            if (parsed.GetValue(prompts) is { Length: > 0 } texts)
            {
                Continue(session, splice, texts, sampling.Of(parsed), parsed.GetValue(sampling.Seed), output);
                return 0;
            }

            foreach (string line in SaeEvaluation.Ablated(session, arguments.Documents(parsed, session), splice, chosen))
            {
                output.WriteLine(line);
            }

            return 0;
        });
        return command;
    }

    private static void Continue(SaeSession session, SaeSplice splice, string[] texts, SamplingOptions options, long seed, TextWriter output)
    {
        IReadOnlyList<Completion> before = TextGenerator.Complete(session.Model, texts, options, new Numerics.RandomStream(seed, "generate"));
        using IDisposable hook = session.Model.Model.Hooks.Add(session.Hook, x => splice.Apply(x));
        IReadOnlyList<Completion> after = TextGenerator.Complete(session.Model, texts, options, new Numerics.RandomStream(seed, "generate"));
        for (int i = 0; i < texts.Length; i++)
        {
            output.WriteLine(texts[i]);
            output.WriteLine($"  as it is: {before[i].Text}");
            output.WriteLine($"  changed:  {after[i].Text}");
        }
    }
}
