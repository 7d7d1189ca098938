using System.CommandLine;
using Palimpsest.Interpretability.Experiment;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae evaluate FOLDER</c></summary>
internal static class SaeEvaluateCommand
{
    public static Command Create(TextWriter output)
    {
        SaeArguments arguments = new();
        Command command = new(
            "evaluate",
            """
            Measures an autoencoder on texts: what it explains, how many latents are active, dead and dense, and what the model's predictions lose with its
            reconstruction in place.

            Example: palimpsest sae evaluate my-sae --model my-model --file texts.txt
            """);
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            using SaeSession session = arguments.Open(parsed);
            foreach (string line in SaeEvaluation.Of(session, arguments.Documents(parsed, session)))
            {
                output.WriteLine(line);
            }

            return 0;
        });
        return command;
    }
}
