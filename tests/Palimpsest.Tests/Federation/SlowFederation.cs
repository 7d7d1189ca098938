using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation;

/// <summary>Rounds as the papers print them: one client after the other, every vector dense, nothing encoded.</summary>
internal sealed class SlowFederation
{
    private readonly FederatedAlgorithm _algorithm;
    private readonly IServerOptimizer _server;
    private readonly ExactClients _clients;
    private readonly LocalOptions _local;
    private readonly Dictionary<(int Client, string Name), float[]> _vectors = [];

    public SlowFederation(FederatedAlgorithm algorithm, IServerOptimizer server, ExactClients clients, LocalOptions local)
    {
        (_algorithm, _server, _clients, _local) = (algorithm, server, clients, local);
        Weights = new float[clients.Layout.Count];
        clients.ReadStart(Weights);
        Variates = algorithm.Variates.ToDictionary(name => name, _ => new float[Weights.Length]);
        algorithm.Prepare(clients.Layout);
    }

    public float[] Weights { get; }

    public Dictionary<string, float[]> Variates { get; }

    /// <summary>What the last round's clients had, in the order they were given in.</summary>
    public List<(int Client, Support Down, float[] Start, float[] Update, Support Up, float[] Sent)> Messages { get; } = [];

    /// <summary>The last average.</summary>
    public float[] Average { get; private set; } = [];

    /// <summary>Whether clients count by their examples.</summary>
    public bool ByExamples { get; init; }

    /// <summary>How many clients there are.</summary>
    public int Population { get; init; } = 1;

    /// <summary>What is made of the clients' updates; their weighted mean by default.</summary>
    public Func<IReadOnlyList<float[]>, float[]>? Aggregate { get; init; }

    public float[] Vector(int client, string name) => _vectors.TryGetValue((client, name), out float[]? vector)
        ? vector : _vectors[(client, name)] = new float[Weights.Length];

    public ServerRound Round(int number, IReadOnlyList<int> clients)
    {
        ServerRound round = new(number, 100, _clients.Layout, Weights, clients, new RandomStream(number)) { ByExamples = ByExamples };
        _algorithm.BeginRound(round);
        Messages.Clear();
        List<double> shares = [];
        Dictionary<string, double[]> changes = Variates.ToDictionary(entry => entry.Key, _ => new double[Weights.Length]);
        foreach (int client in clients)
        {
            Support down = _algorithm.Download(round, client);
            float[] start = [.. Weights], end = new float[Weights.Length];
            down.Mask?.Apply(0, start);
            Dictionary<string, float[]> own = Variates.ToDictionary(entry => entry.Key, _ => new float[Weights.Length]);
            ClientWork work = new(round, client, _clients, start, end, down.Mask, new LocalTraining { Options = _local, Random = new RandomStream(client) },
                Variates, own, _algorithm.ClientVectors.ToDictionary(name => name, name => Vector(client, name)));
            _algorithm.Train(work);
            float[] update = [.. end.Zip(start, (after, before) => after - before)];
            Support up = _algorithm.Upload(round, client, update);
            float[] sent = [.. update];
            up.Mask?.Apply(0, sent);
            shares.Add(_algorithm.Weight(round, client, work.Result, sent));
            Messages.Add((client, down, start, update, up, sent));
            foreach ((string name, double[] sum) in changes)
            {
                Add(sum, own[name], 1.0 / Population);
            }
        }

        Average = Aggregate?.Invoke([.. Messages.Select(message => message.Sent)]) ?? Mean(shares);
        _server.Step(Weights, Average);
        foreach ((string name, double[] sum) in changes)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                Variates[name][i] = (float)(Variates[name][i] + sum[i]);
            }
        }

        _algorithm.EndRound(round);
        return round;
    }

    private float[] Mean(List<double> shares)
    {
        double[] mean = new double[Weights.Length];
        for (int i = 0; i < shares.Count; i++)
        {
            Add(mean, Messages[i].Sent, shares[i] / shares.Sum());
        }

        return [.. mean.Select(value => (float)value)];
    }

    private static void Add(double[] sum, float[] values, double factor)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += values[i] * factor;
        }
    }
}
