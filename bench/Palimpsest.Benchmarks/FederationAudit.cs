using System.Globalization;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Experiment;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;
using Palimpsest.Privacy;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Benchmarks;

/// <summary>Audits private rounds of a real model, one run a budget: among clients that train there are canaries, each in the population by a fair coin, that
/// send a direction of their own as long as the clipping norm. Whoever sees every round's release guesses the coins by how far its sum points along each
/// direction: the highest scores are called in, the lowest out, so many as was settled beforehand.</summary>
/// <remarks>Canaries as in Andrew et al., One-shot Empirical Privacy Estimation for Federated Learning (2023), bounded as in Steinke, Nasr and Jagielski
/// (2023). The last line has a tenth of the noise that its budget asks for: an attack that does not find that finds nothing.</remarks>
internal static class FederationAudit
{
    private const int Canaries = 1000, Guesses = 100, Rounds = 20, Cohort = 100;
    private const double Clip = 0.02, Delta = 1e-5;

    /// <summary>Runs the command.</summary>
    /// <returns>0 if every lower bound lies under its ε and the control's does not, else 1.</returns>
    public static int Run(int clients)
    {
        FederateRecipe recipe = RecipeReader.Parse<FederateRecipe>(
            $$"""
            schema: 1
            kind: federate
            data: { world: biographies, clients: {{clients}}, iid: true, examples: {{4 * clients}} }
            method: { lora: { rank: 1, alpha: 1, targets: [q_proj, k_proj, v_proj, o_proj] } }
            train: { local: { batch_size: 4, learning_rate: 0.01 } }
            """, "audit").Completed;
        ClientPopulation population = recipe.Data.Population(recipe.Seed);
        Console.WriteLine($"federation-audit: {clients} clients of {population.Subject} and {Canaries} canaries with a fair coin each; {Rounds} rounds of "
            + $"{Cohort} expected; {Guesses} coins guessed");
        bool sound = true;
        foreach (FederatedAlgorithmOptions algorithm in (FederatedAlgorithmOptions[])[new FedAvgOptions(), new Federation.Flasc.FlascOptions()])
        {
            foreach ((double epsilon, double share) in ((double, double)[])[(1, 1), (4, 1), (8, 1), (1, 0.1)])
            {
                (int right, double bound, long count) = Audit(recipe, population, algorithm, epsilon, share);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {RecipeChoices.NameOf(algorithm),-8} epsilon {epsilon}{(share < 1
                    ? $" with {share} of its noise" : ""),-24} {right,3} of {Guesses} right, epsilon at least {bound:F2} ({count:N0} values)"));
                sound &= share < 1 ? bound > epsilon : bound <= epsilon;
            }
        }

        Console.WriteLine(sound ? "No bound is above its epsilon, but for the controls'." : "NOT AS IT SHOULD BE.");
        return sound ? 0 : 1;
    }

    private static (int Right, double Bound, long Count) Audit(
        FederateRecipe recipe, ClientPopulation population, FederatedAlgorithmOptions algorithm, double epsilon, double share)
    {
        RandomStream random = new(recipe.Seed, "audit", string.Create(CultureInfo.InvariantCulture, $"{RecipeChoices.NameOf(algorithm)} {epsilon} {share}"));
        RandomStream coins = random.Child("coins");
        bool[] included = [.. Enumerable.Range(0, Canaries).Select(_ => coins.NextInt(2) == 1)];
        int[] members = [.. Enumerable.Range(0, Canaries).Where(canary => included[canary])];
        int all = population.Count + members.Length;
        PrivacyPlan plan = new() { Rate = (double)Cohort / all, Rounds = Rounds, Delta = Delta, Population = all };
        Watched? server = null;
        using FederatedTraining training = new(new FederationParts
        {
            Clients = all,
            Name = client => client < population.Count ? population.NameOf(client) : $"canary {members[client - population.Count]}",
            Open = () => new WithCanaries(ClientModel.Open(recipe.ClientModel, population), population.Count, members, random),
            Algorithm = FederatedAlgorithmRegistry.Create(algorithm),
            Aggregator = new PrivateAggregation(all, plan, share * plan.NoiseFor(epsilon), Clip, PrivacyRandomness.Simulation(random.Child("privacy"))),
            Optimizer = layout =>
                server = new Watched(ServerOptimizerRegistry.Create(new ServerAverageOptions { LearningRate = 20 }, layout.Count), layout.Count),
            Options = new FederationOptions { Rounds = Rounds, Cohort = Cohort, Workers = 1, EvaluateEvery = 0, Local = recipe.Train.Local },
            Random = random.Child("rounds"),
        });
        training.Run();

        // Half of the guesses are the highest scores, called in, and half the lowest, called out.
        int[] order = [.. Enumerable.Range(0, Canaries).OrderByDescending(canary => Along(server!.Sum, Direction(random, canary, server.Sum.Length)))];
        int right = order.Take(Guesses / 2).Count(canary => included[canary]) + order.TakeLast(Guesses / 2).Count(canary => !included[canary]);
        return (right, PrivacyAudit.FromOneRun(Canaries, Guesses, right, Delta), server!.Sum.Length);
    }

    private static double Along(double[] sum, float[] direction) => sum.Zip(direction, (own, other) => own * other).Sum();

    // Uniform on the sphere of the clipping norm.
    private static float[] Direction(RandomStream random, int canary, int count)
    {
        RandomStream own = random.Child("direction", canary.ToString(CultureInfo.InvariantCulture));
        double[] values = [.. Enumerable.Range(0, count).Select(_ => own.NextGaussian())];
        double norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (float)(Clip * value / norm))];
    }

    private sealed class WithCanaries(IClientModel model, int clients, int[] members, RandomStream random) : IClientModel
    {
        public ParameterLayout Layout => model.Layout;

        public void ReadStart(Span<float> weights) => model.ReadStart(weights);

        public LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end)
        {
            if (client < clients)
            {
                return model.Train(client, start, training, end);
            }

            float[] direction = Direction(random, members[client - clients], end.Length);
            for (int i = 0; i < end.Length; i++)
            {
                end[i] = start[i] + direction[i];
            }

            return new LocalResult(1, 1, 1, double.NaN);
        }

        public ClientScore Evaluate(int client, ReadOnlySpan<float> weights) => client < clients ? model.Evaluate(client, weights) : default;

        public void Dispose() => model.Dispose();
    }

    /// <summary>Sums what the rounds release on its way into the server's step.</summary>
    private sealed class Watched(IServerOptimizer server, long count) : IServerOptimizer
    {
        public double[] Sum { get; } = new double[count];

        public string Settings => server.Settings;

        public IReadOnlyList<(string Name, Memory<float> Values)> State => server.State;

        public long StepCount { get => server.StepCount; set => server.StepCount = value; }

        public void Step(Span<float> weights, ReadOnlySpan<float> average)
        {
            for (int i = 0; i < Sum.Length; i++)
            {
                Sum[i] += average[i];
            }

            server.Step(weights, average);
        }
    }
}
