using Palimpsest.Data;
using Palimpsest.Data.Preferences;

namespace Palimpsest.Jobs.Finetune;

/// <summary>The examples of a recipe's file, and those of them that are held out.</summary>
/// <param name="Name">Name of the file, for people.</param>
/// <param name="Training">To learn from.</param>
/// <param name="HeldOut">Not learnt; at least one.</param>
internal sealed record FinetuneFile(string Name, IExampleSource Training, IReadOnlyList<TextExample> HeldOut)
{
    /// <summary>Reads the held-out examples.</summary>
    /// <param name="data">With a file.</param>
    /// <param name="open">Opens a file of examples.</param>
    /// <exception cref="PalimpsestException">A file cannot be read, or no example is held out.</exception>
    public static FinetuneFile Of(FinetuneDataSection data, Func<string, IExampleSource> open)
    {
        string file = data.File ?? throw new ArgumentException("There is no file.", nameof(data));
        IExampleSource whole = open(file);
        IExampleSource all = data.Skip + data.Most > 0 ? new RangeSource(whole, data.Skip, data.Most) : whole;
        IExampleSource own = data.HeldOutFile is null ? new SplitSource(all, data.HeldOutShare, heldOut: false) : all;
        IExampleSource kept = data.HeldOutFile is string other ? open(other) : new SplitSource(all, data.HeldOutShare, heldOut: true);
        TextExample[] heldOut = [.. kept.From(0).Take(data.HeldOut).Select(item => item.Example)];
        return heldOut.Length > 0
            ? new FinetuneFile(Path.GetFileName(file), own, heldOut)
            : throw new PalimpsestException($"{kept.Name}: no example is left for evaluation. Add data, raise data.held_out_share, or name a file in "
                + "data.held_out_file.");
    }

    /// <summary>As <see cref="Of(FinetuneDataSection, Func{string, IExampleSource})"/>, by the recipe's columns.</summary>
    public static FinetuneFile Of(FinetuneDataSection data, AnswerForm form) => Of(data, file => data.Columns.Open(file, data.SkipBad, form));
}
