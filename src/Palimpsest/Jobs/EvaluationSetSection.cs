using Palimpsest.Common;
using Palimpsest.Data;

namespace Palimpsest.Jobs;

/// <summary>Further examples whose answers are asked beside the held-out ones: other owners', or the same facts in other words.</summary>
public sealed record EvaluationSetSection : IValidated
{
    /// <summary>Short name, part of the metric's: <c>NAME_answer_probability</c>. Small letters, digits and underscores.</summary>
    public string Name { get; init; } = "";

    /// <summary>The file.</summary>
    public string File { get; init; } = "";

    /// <summary>Which columns of the file hold the examples.</summary>
    /// <value>The default takes the usual names.</value>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Examples of the file that are passed over.</summary>
    /// <value>The default is 0.</value>
    public int Skip { get; init; }

    /// <summary>Most examples that are asked; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int Most { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Name.Length == 0 || !Name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_'))
        {
            yield return "name must be of small letters, digits and underscores.";
        }

        if (File.Length == 0)
        {
            yield return "file must name the examples.";
        }

        if (Skip < 0 || Most < 0)
        {
            yield return "skip and most must be at least 0.";
        }
    }

    /// <summary>The examples.</summary>
    /// <exception cref="PalimpsestException">There is none.</exception>
    internal TextExample[] Examples()
    {
        TextExample[] examples = [.. new RangeSource(Columns.Open(File, skipBad: false), Skip, Most).From(0).Select(item => item.Example)];
        return examples.Length > 0 ? examples : throw new PalimpsestException($"{File}: no example is left for the set \"{Name}\" after the first {Skip}.");
    }
}
