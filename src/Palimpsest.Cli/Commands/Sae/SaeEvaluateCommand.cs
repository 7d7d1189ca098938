using System.CommandLine;
using Palimpsest.Clients;
using Palimpsest.Interpretability.Experiment;
using Palimpsest.Models;
using Palimpsest.Models.Sources;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae evaluate FOLDER</c></summary>
internal static class SaeEvaluateCommand
{
    public static Command Create(TextWriter output)
    {
        SaeArguments arguments = new();
        Option<string?> probe = new("--probe")
        {
            Description = "Also probes latents with labelled texts (k-sparse probing, SCR, TPP): a file whose prompts are texts and whose completions are "
                + "their classes, or world for the embedded world's biographies.",
        };
        Option<string?> explainer = new("--explainer") { Description = "Also asks this chat model what latents stand for, and judges its explanations." };
        Option<string?> latents = new("--latents") { Description = "The latents that are explained: numbers, with commas." };
        Command command = new(
            "evaluate",
            """
            Measures an autoencoder on texts: what it explains, how many latents are active, dead and dense, and what the model's predictions lose with its
            reconstruction in place.

            Examples: palimpsest sae evaluate my-sae --model my-model --file texts.txt
                      palimpsest sae evaluate my-sae --probe classes.jsonl
                      palimpsest sae evaluate my-sae --explainer my-chat-model --latents 17,804
            """)
        {
            probe, explainer, latents,
        };
        arguments.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            string? asked = parsed.GetValue(explainer), named = parsed.GetValue(latents);
            if ((asked is null) != (named is null))
            {
                throw new PalimpsestException("--explainer and --latents belong together: the model that is asked, and what about.");
            }

            int[] numbers = named is null ? [] : SaeArguments.Numbers(named);
            using SaeSession session = arguments.Open(parsed, output);
            IReadOnlyList<int[]> documents = arguments.Documents(parsed, session);
            foreach (string line in SaeEvaluation.Of(session, documents))
            {
                output.WriteLine(line);
            }

            foreach (string line in parsed.GetValue(probe) is string source ? SaeProbes.Of(session, source) : [])
            {
                output.WriteLine(line);
            }

            try
            {
                await Explain(session, documents, numbers, asked, output, stop).ConfigureAwait(false);
                return 0;
            }
            catch (OperationCanceledException)
            {
                return Interruption.ExitCode;
            }
        });
        return command;
    }

    private static async Task Explain(SaeSession session, IReadOnlyList<int[]> documents, int[] latents, string? by, TextWriter output, CancellationToken stop)
    {
        if (by is null)
        {
            return;
        }

        using LanguageModel model = LanguageModel.Load(by, session.Model.Model.Context, LoadMode.Mapped);
        using LocalChatClient client = new(model);
        output.WriteLine($"explained by {by}:");
        await foreach (string line in LatentExplanations.OfAsync(session, documents, latents, client, 7, stop).ConfigureAwait(false))
        {
            output.WriteLine(line);
        }
    }
}
