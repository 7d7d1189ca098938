using System.CommandLine;
using Palimpsest.Interpretability.Dashboards;
using Palimpsest.Interpretability.Experiment;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae features FOLDER</c></summary>
internal static class SaeFeaturesCommand
{
    public static Command Create(TextWriter output)
    {
        SaeArguments arguments = new();
        Option<string> to = new("--output") { Description = "The page.", DefaultValueFactory = _ => "latents.html" };
        Option<string?> json = new("--neuronpedia") { Description = "Also writes the records in Neuronpedia's form to this file." };
        Option<int> examples = new("--examples") { Description = "Examples a latent.", DefaultValueFactory = _ => 8 };
        Command command = new(
            "features",
            """
            Shows the latents of an autoencoder in a page of their own: strongest examples with coloured tokens, histogram, the tokens that a latent makes more
            likely, and a search.

            Example: palimpsest sae features my-sae --file texts.txt --output latents.html
            """)
        {
            to, json, examples,
        };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(examples) < 1)
            {
                throw new PalimpsestException("--examples must be at least 1.");
            }

            using SaeSession session = arguments.Open(parsed, output);
            LatentRecords records = new(session.Sae, parsed.GetValue(examples));
            records.Read(session.Reader, arguments.Documents(parsed, session));
            IReadOnlyList<LatentRecord> made = records.Of(session.Hook.Contains("resid", StringComparison.Ordinal) ? session.Model.Model : null);
            SaeEvaluation.RequireAlive(session, made.Count(record => record.Density == 0));
            LatentPage.Write(parsed.GetValue(to)!, $"{Path.GetFileName(arguments.Folder(parsed))}: {session.Hook}", made, session.Model.Tokenizer);
            output.WriteLine($"{made.Count:N0} latents, {made.Count(record => record.Density == 0):N0} of which never fire here: {parsed.GetValue(to)}");
            if (parsed.GetValue(json) is string file)
            {
                Neuronpedia.Write(file, made, session.Model.Tokenizer);
                output.WriteLine($"For Neuronpedia: {file}");
            }

            return 0;
        });
        return command;
    }
}
