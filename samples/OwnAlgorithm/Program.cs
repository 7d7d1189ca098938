// Trains a line together with 200 clients by an algorithm of its own (KeepTheRest.cs) on a model of its own (LineFit.cs). Killed, it goes on where it was.
using OwnAlgorithm;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics;

const int clients = 200;
FederationOptions options = new() { Rounds = 100, Cohort = 20, Local = new LocalOptions { LearningRate = 1e-3 } };
using FederatedTraining training = new(new FederationParts
{
    Clients = clients,
    Name = client => $"client {client}",
    Open = () => new LineFit(),
    Algorithm = new KeepTheRest(density: 0.1),
    Aggregator = new MeanAggregator(clients, options.Cohort),
    Optimizer = layout => ServerOptimizerRegistry.Create(new ServerAverageOptions(), layout.Count),
    Options = options,
    Random = new RandomStream(7),
    Folder = "federation",
});
training.TryResume();
training.Run(
    round => Console.WriteLine($"round {round.Round}/{round.Rounds}  loss {round.Loss:F3}  {round.Answered} clients  {round.Total.Bytes / 1e6:F2} MB"),
    rounds =>
    {
        double loss = 0;
        training.Evaluate([.. Enumerable.Range(0, clients)], null, (_, score) => loss += score.Loss / clients);
        Console.WriteLine($"after {rounds} rounds: {loss:F3} on what the clients hold out");
    });
