using Palimpsest.Numerics;
using Palimpsest.Unlearning.SiftMasks.Store;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Owners join, leave and come back in a hundred random orders; after each the store is, bit for bit, one that was made afresh from those who are left.</summary>
public sealed class OwnerOrderTests : IDisposable
{
    private const int Orders = 100, MostSteps = 8;
    private static readonly string[] s_names = ["ada", "ben", "cleo", "dan", "eve", "fay"];
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, (string Hash, int[][] Logits)> _fresh = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AddAndForget_HundredRandomOrders_EqualStoresOfTheRemainingOwnersOnly()
    {
        string model = TinyOwners.SaveModel(_folder.At("model"));
        OwnerStore store = TinyOwners.Create(_folder.At("store"), model);
        try
        {
            using OwnerReplay replay = TinyOwners.Replay(store);
            Dictionary<string, TunedOwner> tuned = s_names.ToDictionary(name => name, name => replay.Tune(name, TinyOwners.Data(name)));
            string key = _folder.At("store.key");
            VectorVault vault = VectorVault.Open(key, create: true);
            RandomStream random = new(23, "owners", "orders");
            HashSet<string> seen = [];
            int back = 0, byData = 0, byVector = 0;
            for (int order = 0; order < Orders; order++)
            {
                List<string> story = [];
                for (int step = 1 + random.NextInt(MostSteps); step > 0; step--)
                {
                    string name = random.Pick(s_names);
                    if (store.Owners.FirstOrDefault(owner => owner.Name == name) is not OwnerRecord there)
                    {
                        store.Join(tuned[name], random.NextInt(2) == 0 ? vault : null);
                        back += seen.Add(name) ? 0 : 1;
                        story.Add("+" + name);
                        continue;
                    }

                    Deletion deletion = new(store, replay);
                    DeletionReceipt receipt = there.KeptVector ? deletion.ForgetByKeptVector(name, key) : deletion.Forget(name, TinyOwners.Data(name));
                    Assert.True(receipt.Proof.Equal);
                    (byVector, byData) = there.KeptVector ? (byVector + 1, byData) : (byVector, byData + 1);
                    story.Add("-" + name);
                }

                if (order % 10 == 9)
                {
                    // What is only in memory must not be what makes it right.
                    store.Dispose();
                    store = OwnerStore.Open(_folder.At("store"));
                    Assert.Empty(new StoreVerifier(store).Files());
                }

                (string hash, int[][] logits) = Fresh(model, [.. store.Owners.Select(owner => owner.Name).Order(StringComparer.Ordinal)], tuned, replay, random);
                string what = $"order {order}: {string.Join(' ', story)}";
                Assert.True(hash == HashOf(store), what);
                Assert.True(logits.Zip(Logits(store, replay)).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)), what);
            }

            Assert.True(back > 20 && byData > 20 && byVector > 20 && _fresh.Count > 20, $"{back} came back, {byData} left by data, {byVector} by a kept vector, {_fresh.Count} sets of owners");
            Assert.Equal(_fresh.Count, _fresh.Values.Select(fresh => fresh.Hash).Distinct().Count());
            TestContext.Current.TestOutputHelper?.WriteLine($"{back} came back, {byData} left by data, {byVector} by a kept vector, {_fresh.Count} sets of owners were left.");
        }
        finally
        {
            store.Dispose();
        }
    }

    private (string Hash, int[][] Logits) Fresh(string model, string[] left, Dictionary<string, TunedOwner> tuned, OwnerReplay replay, RandomStream random)
    {
        string set = string.Join(' ', left);
        if (_fresh.TryGetValue(set, out (string, int[][]) known))
        {
            return known;
        }

        using OwnerStore fresh = TinyOwners.Create(_folder.At($"fresh-{_fresh.Count}"), model);
        string[] order = [.. left];
        random.Shuffle<string>(order);
        foreach (string name in order)
        {
            fresh.Join(tuned[name], null);
        }

        return _fresh[set] = (HashOf(fresh), Logits(fresh, replay));
    }

    private static string HashOf(OwnerStore store)
    {
        using FixedPointAccumulator sum = store.OpenSum();
        return sum.ContentHash();
    }

    // The bits of the logits of one prompt: first without a mask, then as each owner by name.
    private static int[][] Logits(OwnerStore store, OwnerReplay replay)
    {
        OwnerModel model = new(store, replay);
        long[] ids = [.. model.Model.Tokenizer.Encode("Where does ada live? In").Select(id => (long)id)];
        List<int[]> all = [];
        foreach (string? name in new string?[] { null }.Concat(store.Owners.Select(owner => owner.Name).Order(StringComparer.Ordinal)))
        {
            model.Switch(name);
            using IDisposable off = no_grad();
            using var scope = NewDisposeScope();
            all.Add([.. model.Model.Model.Logits(model.Model.Model.Hidden(tensor(ids, [1, ids.Length]))).contiguous().data<float>().Select(BitConverter.SingleToInt32Bits)]);
        }

        model.SwitchToBase();
        // A single owner's mask hides nothing of its own vector; of several, each is served otherwise.
        Assert.True(store.Owners.Count < 2 || all.Select(bits => string.Join(' ', bits)).Distinct().Count() == all.Count);
        return [.. all];
    }
}
