using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>How owners are tuned, merged and asked.</summary>
public sealed record SiftMethodSection : IValidated
{
    /// <summary>Tuning of every owner, sign-fixed or not.</summary>
    public OwnerTuning Tuning { get; init; } = new();

    /// <summary>Numbers of owners T that are merged; the vectors of the largest serve all.</summary>
    /// <value>The default is 1, 4, 16 and 64.</value>
    public IReadOnlyList<int> Sizes { get; init; } = [1, 4, 16, 64];

    /// <summary>Owners that are asked, spread over all; where something is tuned, every second of them is tuned on and the others are reported.</summary>
    /// <value>The default is 16.</value>
    public int Asked { get; init; } = 16;

    /// <summary>Steps of one model trained on all owners' data, each tried; none leaves it out.</summary>
    /// <value>The default is 200 and 800.</value>
    public IReadOnlyList<int> CentralSteps { get; init; } = [200, 800];

    /// <summary>Numbers of owners for which one model is trained on all.</summary>
    /// <value>The default is the largest of <see cref="Sizes"/> alone.</value>
    public IReadOnlyList<int> CentralSizes { get; init; } = [];

    /// <summary>Numbers of groups that all owners are dealt into at random: the groups' vectors are averaged, one model is trained on each group's data (the largest of <see cref="CentralSteps"/>, shared out), and those models answer together (SISA).</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int> Shards { get; init; } = [];

    /// <summary>How many owners have left when those who stay and those who left are asked.</summary>
    /// <value>The default is every quarter of them.</value>
    public IReadOnlyList<int> DeletionsAt { get; init; } = [];

    /// <summary>The first owners to leave whose vectors are made again, timed and compared before they are subtracted; the others' are taken from the run's files.</summary>
    /// <value>The default is 2.</value>
    public int Refits { get; init; } = 2;

    /// <summary>Factors α of SIFT-Masks that are tried; none leaves the arm out. So with the settings of the other methods.</summary>
    public IReadOnlyList<double> Alphas { get; init; } = [1, 1.3, 1.6, 2];

    /// <summary>Densities of TIES that are tried.</summary>
    public IReadOnlyList<double> TiesDensities { get; init; } = [0.2, 0.4, 0.6, 0.8, 1];

    /// <summary>Thresholds λ of TALL-masks that are tried, each with every factor.</summary>
    /// <value>The default is 0.01 to 0.6: where many owners are summed, the best lie low.</value>
    public IReadOnlyList<double> TallLambdas { get; init; } = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6];

    /// <summary>Factors of the sum of task vectors for TALL-masks; the published one is 1, the mean's is 1/T.</summary>
    /// <value>The default is 0.01 to 1.5.</value>
    public IReadOnlyList<double> TallFactors { get; init; } = [0.01, 0.03, 0.1, 0.3, 1, 1.5];

    /// <summary>Merging methods besides: their names, or <c>{ name: breadcrumbs, density: 0.4 }</c> with settings.</summary>
    /// <value>The default is EMR, Localize-and-Stitch and DARE.</value>
    public IReadOnlyList<MergeOptions> Others { get; init; } = [new EmrOptions(), new LocalizeAndStitchOptions(), new DareOptions()];

    /// <summary>Owners tuned at the same time, a thread each; 0 for all cores.</summary>
    /// <value>The default is 0.</value>
    public int Workers { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Sizes.Count == 0 || Sizes.Any(size => size < 1) || Asked < 1 || Workers < 0 || Refits < 0)
        {
            yield return "sizes must not be empty; sizes and asked must be at least 1, workers and refits at least 0.";
        }

        int largest = Sizes.DefaultIfEmpty(0).Max();
        if (CentralSizes.Except(Sizes).Any() || Shards.Any(shards => shards < 2 || shards > largest) || DeletionsAt.Any(count => count < 0 || count > largest))
        {
            yield return "central_sizes must be among sizes, shards from 2 to the largest size, deletions_at from 0 to it.";
        }

        if (CentralSteps.Any(steps => steps < 1) || (CentralSteps.Count == 0 && (CentralSizes.Count > 0 || Shards.Count > 0)))
        {
            yield return "central_steps must be at least 1, and given for central_sizes and shards.";
        }

        // Figures and claims know an arm by its name.
        string[] arms =
            [.. Others.Select(RecipeChoices.NameOf), .. TiesDensities.Take(1).Select(_ => "ties"),
            .. TallFactors.Take(TallLambdas.Count).Take(1).Select(_ => "tall-masks")];
        if (arms.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { Key: string twice })
        {
            yield return $"others: \"{twice}\" is an arm already. Name each method once, and leave ties_densities or tall_lambdas empty where it stands among the others.";
        }

        foreach (string problem in Others.Select(Unable).OfType<string>())
        {
            yield return $"others: {problem}";
        }

        if (!Tuning.SignFixed)
        {
            yield return "tuning.sign_fixed must stay true: plain tuning is an arm of its own.";
        }
    }

    // Said before the owners are tuned rather than after.
    private static string? Unable(MergeOptions options)
    {
        try
        {
            _ = MergeMethods.Create(options, new MergeContext { Stream = new RandomStream(0) });
            return null;
        }
        catch (PalimpsestException problem)
        {
            return problem.Message;
        }
    }
}
