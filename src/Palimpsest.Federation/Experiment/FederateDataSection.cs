using Palimpsest.Common;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Federation.Clients;
using Palimpsest.Jobs;
using Palimpsest.Numerics;

namespace Palimpsest.Federation.Experiment;

/// <summary>Who the clients are and what they have.</summary>
public sealed record FederateDataSection : IValidated
{
    private const int WorldClients = 50, DealtClients = 100, Biographies = 4000;
    private const double Alpha = 0.1;

    // From one seed's owners to the next's, so that neighbouring seeds have others.
    private const int Stride = 1201;

    /// <summary>A file of examples: JSON lines, CSV, TSV, Parquet or plain text, by its extension.</summary>
    /// <value>The default is none: the embedded world.</value>
    public string? File { get; init; }

    /// <summary>Examples at the beginning of the file that are passed over: rates can be tuned on other examples than those that measure.</summary>
    /// <value>The default is 0.</value>
    public int Skip { get; init; }

    /// <summary>Most examples of the file that are used; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int Most { get; init; }

    /// <summary>Which columns of the file hold the examples.</summary>
    /// <value>The default takes the usual names.</value>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>Leaves bad lines out and counts them, instead of stopping at the first.</summary>
    /// <value>The default is false.</value>
    public bool SkipBad { get; init; }

    /// <summary>What of the embedded world clients have, where there is no file.</summary>
    /// <value>The default is facts.</value>
    public FederateWorld? World { get; init; }

    /// <summary>Number of clients.</summary>
    /// <value>The default is one an owner of the file, 50 owners of the world, and 100 where examples are dealt out.</value>
    public int? Clients { get; init; }

    /// <summary>Deals the examples of a classification out by a Dirichlet distribution with this parameter, above 0: the smaller, the more do clients
    /// differ.</summary>
    /// <value>The default is none for a file, whose owners are the clients, and 0.1 for biographies.</value>
    public double? Dirichlet { get; init; }

    /// <summary>Deals the examples out evenly at random.</summary>
    /// <value>The default is false.</value>
    public bool Iid { get; init; }

    /// <summary>Share of each client's examples that is held out, in (0, 1). Equal texts fall on the same side with all clients.</summary>
    /// <value>The default is 0.2. Facts are asked in other words than they are learnt in.</value>
    public double? HeldOutShare { get; init; }

    /// <summary>So many different completions are still classes.</summary>
    /// <value>The default is 20.</value>
    public int MostLabels { get; init; } = 20;

    /// <summary>Facts of an owner of the world, from 1 to 40.</summary>
    /// <value>The default is 10.</value>
    public int? Facts { get; init; }

    /// <summary>Training examples of a fact.</summary>
    /// <value>The default is 12.</value>
    public int? ExamplesPerFact { get; init; }

    /// <summary>Biographies of the world.</summary>
    /// <value>The default is 4,000.</value>
    public int? Examples { get; init; }

    /// <summary>What happens to examples longer than the model's context.</summary>
    /// <value>The default is error.</value>
    public TooLongPolicy TooLong { get; init; } = TooLongPolicy.Error;

    /// <summary>Whether the examples are the world's biographies.</summary>
    internal bool IsBiographies => File is null && World == FederateWorld.Biographies;

    private bool IsFacts => File is null && !IsBiographies;

    private double Share => HeldOutShare ?? 0.2;

    /// <summary>The data with the defaults that depend on other keys.</summary>
    internal FederateDataSection Completed => this with
    {
        World = File is null ? World ?? FederateWorld.Facts : null,
        Dirichlet = IsBiographies && !Iid ? Dirichlet ?? Alpha : Dirichlet,
        Clients = Clients ?? (IsFacts ? WorldClients : IsBiographies || Iid || Dirichlet is not null ? DealtClients : null),
        HeldOutShare = IsFacts ? null : Share,
        Facts = IsFacts ? Facts ?? 10 : null,
        ExamplesPerFact = IsFacts ? ExamplesPerFact ?? 12 : null,
        Examples = IsBiographies ? Examples ?? Biographies : null,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (File is not null && World is not null)
        {
            yield return "world makes no sense beside file. Keep one of them.";
        }

        if (Skip < 0 || Most < 0 || (Skip + Most > 0 && File is null))
        {
            yield return File is null ? "skip and most are for the examples of a file. Name one, or leave them out." : "skip and most must be at least 0.";
        }

        if (Iid && Dirichlet is not null)
        {
            yield return "iid deals examples out evenly and dirichlet unevenly. Keep one of them.";
        }

        if (IsFacts && (Iid || Dirichlet is not null || HeldOutShare is not null))
        {
            yield return "iid, dirichlet and held_out_share are for examples that are dealt out: owners of the world have facts of their own and are asked in "
                + "other words. Name a file, or set world: biographies.";
        }

        if (File is not null && Clients is not null && !Iid && Dirichlet is null)
        {
            yield return "clients says how many clients examples are dealt out to: add dirichlet: 0.1 (by class) or iid: true (evenly), or leave it out, and "
                + "each owner of the file is a client.";
        }

        if ((Facts ?? ExamplesPerFact) is not null && !IsFacts)
        {
            yield return "facts and examples_per_fact belong to world: facts. Leave them out.";
        }

        if (Examples is not null && !IsBiographies)
        {
            yield return "examples says how many biographies there are: it belongs to world: biographies. Leave it out.";
        }

        if (Clients < 1 || (IsFacts && Clients > Data.Worlds.World.OwnerCount))
        {
            yield return $"clients must be at least 1, and the world has {Data.Worlds.World.OwnerCount} owners.";
        }

        if (Dirichlet is double alpha && !(alpha > 0 && double.IsFinite(alpha)))
        {
            yield return "dirichlet must be a number above 0.";
        }

        if (HeldOutShare is not (null or (> 0 and < 1)))
        {
            yield return "held_out_share must lie between 0 and 1.";
        }

        if (Facts is < 1 or > Owner.FactCount || ExamplesPerFact < 1 || Examples is < 1 or > Data.Worlds.Biographies.MostCount || MostLabels < 2)
        {
            yield return $"facts must be from 1 to {Owner.FactCount}, examples_per_fact at least 1, examples from 1 to "
                + $"{Data.Worlds.Biographies.MostCount}, and most_labels at least 2.";
        }
    }

    /// <summary>The clients.</summary>
    /// <param name="seed">The recipe's.</param>
    /// <exception cref="PalimpsestException">The data cannot be read, or hold no clients of this kind.</exception>
    internal ClientPopulation Population(long seed)
    {
        if (IsFacts)
        {
            int first = (int)(unchecked((ulong)seed * Stride) % Data.Worlds.World.OwnerCount);
            return new WorldPopulation(first, Clients!.Value, Facts!.Value, ExamplesPerFact!.Value);
        }

        IExampleSource source = IsBiographies ? Told(seed) : Range(Columns.Open(File!, SkipBad));
        RandomStream random = new(seed, "federate", "clients");
        return Iid ? SourcePopulation.Shuffled(source, Clients!.Value, random, Share, MostLabels)
            : Dirichlet is double alpha ? SourcePopulation.ByClass(source, Clients!.Value, alpha, random, Share, MostLabels)
            : SourcePopulation.ByOwner(source, Share, MostLabels);
    }

    private IExampleSource Range(IExampleSource file) => Skip + Most > 0 ? new RangeSource(file, Skip, Most) : file;

    private ListSource Told(long seed) => new("biographies of the embedded world",
        [.. Data.Worlds.Biographies.Of(Data.Worlds.World.V1, seed, Examples!.Value, 0, Data.Worlds.Biographies.Professions).Select(biography =>
            new TextExample($"{biography.Text}\nProfession:", $" {biography.Profession}"))]);
}
