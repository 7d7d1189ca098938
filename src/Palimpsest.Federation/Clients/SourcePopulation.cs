using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Federation.Clients;

/// <summary>Clients whose examples come from one source, by its owners or by a rule. A share of each client's examples is held out; equal texts fall on the
/// same side with all clients. 8 bytes an example are kept.</summary>
public sealed class SourcePopulation : ClientPopulation
{
    private readonly IReadOnlyList<string> _names;
    private readonly Func<int, IExampleSource> _source;
    private readonly double _heldOutShare;
    private readonly Dictionary<string, int> _places;

    private SourcePopulation(
        string subject, IReadOnlyList<string> names, Func<int, IExampleSource> source, double heldOutShare, IReadOnlyList<string> labels)
    {
        (Subject, _names, _source, _heldOutShare, Labels) = (subject, names, source, heldOutShare, labels);
        _places = labels.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Subject { get; }

    /// <inheritdoc/>
    public override int Count => _names.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels { get; }

    /// <summary>A client for each owner.</summary>
    /// <param name="source">Its examples name their owners.</param>
    /// <param name="heldOutShare">Share of the examples that is held out, in (0, 1).</param>
    /// <param name="mostLabels">So many different completions are still classes.</param>
    /// <exception cref="PalimpsestException">The source cannot be read, or names no owner.</exception>
    public static SourcePopulation ByOwner(IExampleSource source, double heldOutShare, int mostLabels)
    {
        ArgumentNullException.ThrowIfNull(source);
        LabelCount labels = new(mostLabels);
        OwnerSplit split = new(source, labels.See);
        if (split.Owners.Count == 0)
        {
            throw new PalimpsestException($"{source.Name}: no example names its owner. Name the column of owners in data.columns.owner, or make clients "
                + "by data.clients with data.dirichlet or data.iid.");
        }

        return new SourcePopulation(
            Said(source, split.Owners.Count, split.WithoutOwner > 0 ? Say($"; {split.WithoutOwner:N0} examples without an owner are not used") : ""),
            [.. split.Owners.Select(owner => owner.Owner)], client => split.Source(split.Owners[client].Owner), heldOutShare,
            labels.Labels);
    }

    /// <summary>Clients with a share of each class, drawn by <see cref="DirichletPartition"/>; some may be left without any example.</summary>
    /// <param name="source">Its completions name the classes.</param>
    /// <param name="clients">How many, at least 1.</param>
    /// <param name="alpha">Above 0; the smaller, the more do clients differ.</param>
    /// <param name="random">Draws the shares.</param>
    /// <param name="heldOutShare">Share of the examples that is held out, in (0, 1).</param>
    /// <param name="mostLabels">So many different completions are still classes.</param>
    /// <exception cref="PalimpsestException">The source cannot be read, or is no classification.</exception>
    public static SourcePopulation ByClass(IExampleSource source, int clients, double alpha, RandomStream random, double heldOutShare, int mostLabels)
    {
        ArgumentNullException.ThrowIfNull(source);
        (IReadOnlyList<string> labels, long[] positions, int[] classes) = LabelsOf(source, mostLabels);
        if (labels.Count < 2)
        {
            throw new PalimpsestException($"{source.Name}: data.dirichlet shares out classes, but the completions are "
                + (classes.Length == 0 ? $"more than {mostLabels} different texts" : $"all \"{labels[0].Trim()}\"")
                + ". Set data.iid to deal the examples out evenly, or raise data.most_labels if the completions really are classes.");
        }

        return Dealt(source, positions, DirichletPartition.Of(classes, clients, alpha, random), heldOutShare, labels,
            Say($" by Dirichlet({alpha}) over {labels.Count} classes"));
    }

    /// <summary>Clients with equally many examples in random order, to within one.</summary>
    /// <param name="source">The examples.</param>
    /// <param name="clients">How many, at least 1.</param>
    /// <param name="random">Deals them out.</param>
    /// <param name="heldOutShare">Share of the examples that is held out, in (0, 1).</param>
    /// <param name="mostLabels">So many different completions are still classes.</param>
    /// <exception cref="PalimpsestException">The source cannot be read.</exception>
    public static SourcePopulation Shuffled(IExampleSource source, int clients, RandomStream random, double heldOutShare, int mostLabels)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(random);
        (IReadOnlyList<string> labels, long[] positions, _) = LabelsOf(source, mostLabels);
        int[] order = [.. Enumerable.Range(0, positions.Length)];
        random.Shuffle<int>(order);
        int Start(int client) => (int)((long)client * order.Length / clients);
        return Dealt(source, positions, [.. Enumerable.Range(0, clients).Select(client => order[Start(client)..Start(client + 1)])], heldOutShare, labels,
            " that share the examples evenly");
    }

    /// <inheritdoc/>
    public override string NameOf(int client) => _names[client];

    /// <inheritdoc/>
    public override IEnumerable<TextExample> Training(int client) => Side(client, heldOut: false);

    /// <inheritdoc/>
    public override IEnumerable<ChoiceItem> HeldOut(int client) => Side(client, heldOut: true).Select(example =>
        Labels.Count > 1 && example.Prompt.Length > 0
            ? new ChoiceItem(example.Prompt, Labels, _places[example.Completion], example.Messages)
            : new ChoiceItem(example.Prompt, [example.Completion], 0, example.Messages));

    private static SourcePopulation Dealt(
        IExampleSource source, long[] positions, IReadOnlyList<int[]> parts, double heldOutShare, IReadOnlyList<string> labels, string how)
    {
        long[][] own = [.. parts.Select(part => part.Select(index => positions[index]).Order().ToArray())];
        return new SourcePopulation(Said(source, own.Length, how), [.. own.Select((_, client) => Say($"client {client}"))],
            client => new SubsetSource(source, own[client]), heldOutShare, labels);
    }

    // Of data with too many different completions to be classes: no labels, and no classes.
    private static (IReadOnlyList<string> Labels, long[] Positions, int[] Classes) LabelsOf(IExampleSource source, int most)
    {
        List<long> positions = [];
        LabelCount count = new(most);
        foreach ((long position, TextExample example) in source.From(0))
        {
            positions.Add(position);
            count.See(example);
        }

        return (count.Labels, [.. positions], count.Classes);
    }

    private IEnumerable<TextExample> Side(int client, bool heldOut) =>
        new SplitSource(_source(client), _heldOutShare, heldOut).From(0).Select(item => item.Example);

    private static string Said(IExampleSource source, int clients, string how) => Say($"{Path.GetFileName(source.Name)}, {clients:N0} clients{how}");

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
