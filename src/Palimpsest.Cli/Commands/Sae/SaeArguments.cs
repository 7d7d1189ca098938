using System.CommandLine;
using System.Globalization;
using Palimpsest.Interpretability.Experiment;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary>What commands on a trained autoencoder take: its folder, its model and texts.</summary>
internal sealed class SaeArguments
{
    private readonly Argument<string> _folder = new("folder") { Description = "The autoencoder: a folder of SAELens or sparsify." };
    private readonly Option<string?> _model = new("--model") { Description = "The model that it reads. [default: what the folder says]" };
    private readonly Option<string?> _hook = new("--hook") { Description = "Where it reads. [default: what the folder says]" };
    private readonly Option<string?> _file = new("--file")
    {
        Description = "Texts: JSON lines, CSV, TSV, Parquet or plain text. [default: held-out topics of "
        + "the world]"
    };
    private readonly Option<int> _documents = new("--documents") { Description = "Most texts.", DefaultValueFactory = _ => 200 };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; 0 for all cores.", DefaultValueFactory = _ => 0 };

    public void AddTo(Command command, bool texts = true)
    {
        command.Arguments.Add(_folder);
        foreach (Option option in texts ? (Option[])[_model, _hook, _file, _documents, _threads] : [_model, _hook, _threads])
        {
            command.Options.Add(option);
        }
    }

    public string Folder(ParseResult parsed) => parsed.GetValue(_folder)!;

    public SaeSession Open(ParseResult parsed, TextWriter output, long seed = 7)
    {
        SaeSession session = SaeSession.Open(Folder(parsed), parsed.GetValue(_model), parsed.GetValue(_hook),
            CommandTorch.Start(parsed.GetValue(_threads), seed));
        if (session.Strange is string note)
        {
            output.WriteLine(note);
        }

        return session;
    }

    /// <summary>The latents that <c>--latents</c> names.</summary>
    public static int[] Numbers(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        return [.. parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new PalimpsestException($"--latents: \"{part}\" is no number of a latent. Give them as 3,7,12."))];
    }

    /// <summary>The tokens of the texts.</summary>
    public IReadOnlyList<int[]> Documents(ParseResult parsed, SaeSession session)
    {
        int most = parsed.GetValue(_documents);
        if (most < 1)
        {
            throw new PalimpsestException("--documents must be at least 1.");
        }

        IReadOnlyList<int[]> documents = session.Documents(SaeTexts.Of(parsed.GetValue(_file), most), context: 128);
        return documents.Count > 0 ? documents : throw new PalimpsestException($"{parsed.GetValue(_file)}: there is no text in it. Add some.");
    }
}
