using System.Globalization;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Rounds;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs;

namespace Palimpsest.Federation.Experiment;

/// <summary>Keeps in the run's folder what happens in the rounds, and measures the model on what clients hold out.</summary>
internal sealed class FederateCourse
{
    private const string BeforeFile = "before.json", RefusalsFile = "refusals.json";
    private readonly FederateRecipe _recipe;
    private readonly FederatedTraining _federation;
    private readonly ClientPopulation _population;
    private readonly JobContext _context;
    private readonly int[] _asked;
    private readonly List<FederateRefusal> _refusals;
    private readonly HashSet<long> _measured;

    /// <summary>Goes on behind the checkpoint that the federation has resumed at; what a killed process wrote after it is dropped.</summary>
    public FederateCourse(FederateRecipe recipe, FederatedTraining federation, ClientPopulation population, JobContext context)
    {
        (_recipe, _federation, _population, _context) = (recipe, federation, population, context);
        int most = recipe.Evaluate.Clients, count = population.Count;
        _asked = most == 0 || most >= count ? [.. Enumerable.Range(0, count)]
            : [.. MeanAggregator.Draw(count, most, new RandomStream(recipe.Seed, "federate", "evaluated"))];
        context.Run.TruncateMetrics(federation.Round);
        _measured = [.. context.Run.ReadMetrics().Where(row => row.Values.ContainsKey("held_out_loss")).Select(row => row.Step)];
        _refusals = [.. (RunFolder.ReadArtifact<List<FederateRefusal>>(context.Run.Path, RefusalsFile) ?? []).Where(refusal =>
            refusal.Round <= federation.Round)];
    }

    /// <summary>Before the first round.</summary>
    public FederateScores Before => RunFolder.ReadArtifact<FederateScores>(_context.Run.Path, BeforeFile)
        ?? throw new InvalidOperationException("Nothing was measured before the first round.");

    /// <summary>The last evaluation; null where none was finished.</summary>
    public FederateScores? Last { get; private set; }

    /// <summary>What was not taken in.</summary>
    public IReadOnlyList<FederateRefusal> Refusals => _refusals;

    /// <summary>Writes a round down.</summary>
    public void Round(RoundProgress round)
    {
        (string Name, double Value)[] figures =
        [
            ("loss", round.Loss), ("update_norm", round.UpdateNorm), ("asked", round.Asked), ("answered", round.Answered), ("dropped", round.Dropped),
            ("empty", round.Empty), ("refused", round.Refusals.Count), ("steps", round.Steps), ("bytes_down", round.Download.Bytes),
            ("bytes_up", round.Upload.Bytes), ("bytes", round.Total.Bytes), ("seconds", round.Seconds), ("clients_per_second", round.ClientsPerSecond),
        ];
        _context.Run.AppendMetrics(
            figures.Where(figure => double.IsFinite(figure.Value)).ToDictionary(figure => figure.Name, figure => figure.Value, StringComparer.Ordinal),
            round.Round);
        if (round.Refusals.Count > 0)
        {
            _refusals.AddRange(round.Refusals.Select(refusal => new FederateRefusal(round.Round, refusal.Name, refusal.Reason)));
            _context.Run.WriteArtifact(RefusalsFile, _refusals);
            RoundRefusal first = round.Refusals[0];
            _context.Log.Say(Say($"Round {round.Round}: {round.Refusals.Count} of {round.Asked} answers refused. {first.Name}: {first.Reason}"));
        }

        string loss = double.IsNaN(round.Loss) ? "no answers" : Say($"loss {round.Loss:F3}");
        _context.Log.Progress(new JobProgress("rounds", round.Round, round.Rounds,
            Say($"{loss}, {round.Answered} of {round.Asked} clients, {JobText.Bytes(round.Total.Bytes)}, {round.ClientsPerSecond:F1} clients/s"), round.Left));
    }

    /// <summary>Measures the weights as they are.</summary>
    /// <param name="round">Rounds taken.</param>
    /// <exception cref="PalimpsestException">No client holds anything out.</exception>
    public void Evaluate(int round)
    {
        // Nothing is measured twice, but for the last scores, which nobody has kept.
        if (_measured.Contains(round) && round < _recipe.Train.Rounds)
        {
            return;
        }

        List<(int, ClientScore)> found = [];
        if (!_federation.Evaluate(_asked, client => _federation.Served(client), (client, score) => found.Add((client, score)), _context.Stop))
        {
            return;
        }

        FederateScores scores = FederateScores.Of(round, found, _recipe.Task == FederateTask.Classification ? _population.Labels.Count : 0);
        if (scores.Clients.Count == 0)
        {
            throw new PalimpsestException($"{_population.Subject}: none of the {found.Count} clients asked holds anything out. Raise data.held_out_share, or "
                + "add data.");
        }

        Last = scores;
        if (round == 0)
        {
            _context.Run.WriteArtifact(BeforeFile, scores);
        }

        if (_measured.Add(round))
        {
            Dictionary<string, double> figures = new(StringComparer.Ordinal)
            {
                ["held_out_loss"] = scores.Loss.Value,
                ["bytes"] = _federation.Traffic.Training.Bytes,
            };
            if (scores.Accuracy is { } accuracy)
            {
                figures["held_out_accuracy"] = accuracy.Value;
            }

            _context.Run.AppendMetrics(figures, round);
        }

        string right = scores.Accuracy is { } share ? Say($", {100 * share.Value:F1}% right") : "";
        string when = round == 0 ? "Before the first round" : Say($"Round {round}");
        _context.Log.Say(Say($"{when}: {scores.Loss.Label} {scores.Loss.Value:F3}{right}."));
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
