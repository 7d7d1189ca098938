using Palimpsest.Data;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>The user's own text about the subjects: a file of examples, or plain text, a paragraph an example.</summary>
public sealed record TextFile : RelearnSetOptions
{
    /// <summary>The file: JSON lines, CSV, TSV, Parquet or plain text, by its extension.</summary>
    public string Path { get; init; } = "";

    private protected override string WayOut => "Take text that is about the subjects and does not give the answers away.";

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Path.Length > 0 ? base.Problems() : base.Problems().Append("path must name a file.");

    private protected override IEnumerable<TextExample> Texts(RelearnMaterial material) => ExampleFile.Open(Path).From(0).Select(item => item.Example);
}
