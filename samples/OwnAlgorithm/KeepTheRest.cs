using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;

namespace OwnAlgorithm;

/// <summary>An algorithm of one's own: clients send the largest changes, and keep the rest until it is large enough. The engine draws clients, encodes, counts
/// bytes, sums, keeps the clients' vectors on disk and resumes to the bit.</summary>
/// <param name="density">Share of the coordinates that go up.</param>
internal sealed class KeepTheRest(double density) : FederatedAlgorithm
{
    public override string Settings => $"keep the rest, density {density}";

    public override IReadOnlyList<string> ClientVectors => ["rest"];

    public override void Train(ClientWork work)
    {
        work.Train();
        Span<float> rest = work.Vector("rest");
        for (int i = 0; i < rest.Length; i++)
        {
            work.End[i] += rest[i];
            rest[i] = work.End[i] - work.Start[i];
        }

        BitMask sent = Largest(rest);
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] = sent[i] ? 0 : rest[i];
        }
    }

    public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update) => new(Largest(update));

    private BitMask Largest(ReadOnlySpan<float> update) => TopK.Mask(update, TopK.Count(update.Length, density));
}
