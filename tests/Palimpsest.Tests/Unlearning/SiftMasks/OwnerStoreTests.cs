using System.Text;
using Microsoft.Data.Sqlite;
using Palimpsest.Data;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Owners join, are served and leave: bits against stores that never saw them, traces in files, and what is refused.</summary>
public sealed class OwnerStoreTests : IDisposable
{
    private static readonly OwnerTuning Short = new() { Steps = 2, LearningRate = 1e-3 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Forget_AnyOrderOfJoiningAndLeaving_EqualsAStoreThatNeverSawThem()
    {
        using OwnerStore first = Store("a"), second = Store("b");
        Add(first, "ada", "ben", "cleo", "dan");
        Add(second, "dan", "ada");
        using OwnerReplay replay = Replay(first);
        Deletion deletion = new(first, replay);
        DeletionReceipt left = deletion.Forget("ben", Data("ben"));
        Assert.True(left.Proof.Equal);
        Assert.True(deletion.Forget("cleo", Data("cleo")).Proof.Equal);

        Assert.Equal(second.Head.After, first.Head.After);
        Assert.Equal(2, first.Owners.Count);
        Assert.Empty(new StoreVerifier(first).Files());
        Assert.Equal(Served(second, "ada"), Served(first, "ada"));
        Assert.Equal(Served(second, null), Served(first, null));
        Assert.NotEqual(Served(first, "ada"), Served(first, "dan"));
    }

    [Fact]
    public void Forget_LastThatJoined_HasTheHashOfBeforeAndAnEmptyStoreServesTheBase()
    {
        using OwnerStore store = Store("a");
        string empty = store.Head.After;
        Add(store, "ada");
        using OwnerReplay replay = Replay(store);
        DeletionReceipt receipt = new Deletion(store, replay).Forget("ada", Data("ada"), audit: true);
        Assert.Equal(empty, receipt.SumAfter);
        Assert.Equal(0, receipt.Proof.SeenBefore);
        Assert.Equal(0UL, receipt.Proof.CheckOfSum);
        Assert.Equal(replay.Tuner.Base.ToArray(), Served(store, null));

        // Of one owner the difference of two releases is all that it had.
        Assert.Equal(receipt.Audit!.Base, receipt.Audit.MasklessAfter);
        Assert.Equal(receipt.Audit.ServedBefore, receipt.Audit.Difference, 1e-6);
        Assert.True(receipt.Audit.Difference > receipt.Audit.Base);
        Assert.Equal([.. store.History().Skip(1).Select(entry => entry.Hash)], receipt.Chain);
    }

    [Fact]
    public void Tune_VectorsOfAllOwners_AgreeWithTheSharedSigns()
    {
        using OwnerStore store = Store("a");
        using OwnerReplay replay = Replay(store);
        float[] signs = new float[store.Settings.Count];
        store.Signs.Read(0, signs);
        foreach (string name in new[] { "ada", "ben" })
        {
            TunedOwner tuned = replay.Tune(name, Data(name));
            Assert.DoesNotContain(tuned.Vector.Zip(signs), pair => pair.First * pair.Second < 0);
            Assert.InRange(tuned.Mask.Density, 0.2, 0.8);
            Assert.Equal(replay.Tune(name, Data(name)).Vector, tuned.Vector);
        }
    }

    [Fact]
    public void Enrolment_TwoWorkers_MakeTheSameSumAsOne()
    {
        using OwnerStore one = Store("a"), two = Store("b");
        Add(one, "ada", "ben", "cleo");
        (int added, int there) = new OwnerEnrolment(two).Add([.. new[] { "cleo", "ben", "ada" }.Select(Entry)], workers: 2);
        Assert.Equal((3, 0), (added, there));
        Assert.Equal(one.Head.After, two.Head.After);
        Assert.Equal((0, 3), new OwnerEnrolment(two).Add([.. new[] { "cleo", "ben", "ada" }.Select(Entry)], workers: 2));
    }

    [Fact]
    public void Forget_KeptVector_NeedsNoDataAndTheRightKey()
    {
        using OwnerStore store = Store("a");
        string key = _folder.At("store.key");
        new OwnerEnrolment(store, key).Add([Entry("ada")]);
        string before = store.Head.Before;
        using OwnerReplay replay = Replay(store);
        Deletion deletion = new(store, replay);
        _folder.Write("other.key", new string('7', 64));
        Assert.Contains("the key is another", Assert.Throws<PalimpsestException>(() => deletion.ForgetByKeptVector("ada", _folder.At("other.key"))).Message, StringComparison.Ordinal);
        Assert.Single(store.Owners);
        Assert.Equal(before, deletion.ForgetByKeptVector("ada", key).SumAfter);
        Assert.Empty(Directory.GetFiles(Path.Combine(store.Path, "vectors")));
    }

    [Fact]
    public void Forget_LeavesNoTraceInAnyFile()
    {
        string text = "the quinquagenarian xylophonist of Zanzibar", name = "Owner Of Zanzibar Ltd";
        byte[][] secrets;
        using (OwnerStore store = Store("a"))
        {
            Add(store, "ben");
            new OwnerEnrolment(store, _folder.At("k.key")).Add([(name, () => new OwnerData(_folder.At("zanzibar-data.jsonl"), null, [new TextExample("Who is it?", " " + text)]))]);
            OwnerRecord owner = store.Find(name);
            byte[] mask = File.ReadAllBytes(Directory.GetFiles(Path.Combine(store.Path, "masks"), owner.Id + "*")[0]), vector = File.ReadAllBytes(Directory.GetFiles(Path.Combine(store.Path, "vectors"))[0]);
            secrets = [Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes("zanzibar-data"), .. Windows(Encoding.UTF8.GetBytes(text), 16), mask[4096..4160], mask[^4200..^4136], vector[5000..5064]];
            Assert.All(secrets[..2], secret => Assert.True(Holds(store.Path, secret)));
            using OwnerReplay replay = Replay(store);
            new Deletion(store, replay).ForgetByKeptVector(name, _folder.At("k.key"));
            Assert.All(secrets, secret => Assert.False(Holds(store.Path, secret)));
        }

        Assert.All(secrets, secret => Assert.False(Holds(_folder.At("a"), secret)));
    }

    [Theory]
    [InlineData("ada", "is there already")]
    [InlineData("Ada", "looks like the owner \"ada\"")]
    [InlineData("аdа", "looks like the owner \"ada\"")]
    [InlineData("a\u0301da", "looks like the owner \"ada\"")]
    [InlineData("", "is empty")]
    [InlineData(" eve", "begins or ends with white space")]
    [InlineData("e\u200bve", "cannot be seen")]
    [InlineData("e\nve", "cannot be seen")]
    public void Add_NameThatCannotJoin_IsRefused(string name, string message)
    {
        using OwnerStore store = Store("a");
        Add(store, "ada");
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => store.CheckNew(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_NamesWithQuotesAndPaths_AreOnlyNames()
    {
        using OwnerStore store = Store("a");
        string[] names = ["../../etc/passwd", "Robert'); DROP TABLE owners;--", "C:\\x", "*", "Ärzte & Söhne 北京"];
        new OwnerEnrolment(store).Add([.. names.Select(name => (name, (Func<OwnerData>)(() => Data("ada"))))]);
        Assert.Equal(names, store.Owners.Select(owner => owner.Name));
        Assert.Equal(names.Length, Directory.GetFiles(Path.Combine(store.Path, "masks")).Length);
        Assert.Empty(new StoreVerifier(store).Files());
    }

    [Fact]
    public void Forget_ChangedDataOrUnknownOwner_ChangesNothing()
    {
        using OwnerStore store = Store("a");
        Add(store, "ada");
        string before = store.Head.Hash;
        using OwnerReplay replay = Replay(store);
        Deletion deletion = new(store, replay);
        Assert.Contains("is not what was added", Assert.Throws<LostDataException>(() => deletion.Forget("ada", Data("ben"))).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean \"ada\"?", Assert.Throws<PalimpsestException>(() => deletion.Forget("adaa", Data("ada"))).Message, StringComparison.Ordinal);
        Assert.Contains("No vector of \"ada\" was kept", Assert.Throws<PalimpsestException>(() => deletion.ForgetByKeptVector("ada", "x")).Message, StringComparison.Ordinal);
        Assert.Equal(before, store.Head.Hash);
    }

    [Fact]
    public void Open_DamagedSumAndMask_NamesWhoIsConcernedAndRebuildMendsIt()
    {
        string sum, good;
        using (OwnerStore store = Store("a"))
        {
            Add(store, "ada", "ben");
            good = store.Head.After;
            sum = Directory.GetFiles(store.Path, "*.sum")[0];
            Flip(sum, 5000);
            Flip(Directory.GetFiles(Path.Combine(store.Path, "masks"), store.Find("ben").Id + "*")[0], 900);
        }

        using OwnerStore opened = OwnerStore.Open(_folder.At("a"));
        IReadOnlyList<string> problems = new StoreVerifier(opened).Files();
        Assert.Contains(problems, problem => problem.Contains("the sum is damaged", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("the mask of \"ben\"", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("\"ada\"", StringComparison.Ordinal));
        using OwnerReplay replay = Replay(opened);
        Assert.Contains("the sum is damaged", Assert.Throws<PalimpsestException>(() => new Deletion(opened, replay).Forget("ada", Data("ada"))).Message, StringComparison.Ordinal);
        new StoreRebuild(opened, replay).Run(owner => Data(owner.Name), done: (before, after) => Assert.Equal(before.Manifest.VectorSha256, after.Manifest.VectorSha256));
        Assert.Empty(new StoreVerifier(opened).Files());
        Assert.Equal(good, opened.Head.After);
    }

    [Fact]
    public void Open_NoStoreTwiceNewerOrTampered_IsRefused()
    {
        Assert.Contains("is no store of owners", Assert.Throws<PalimpsestException>(() => OwnerStore.Open(_folder.At("none"))).Message, StringComparison.Ordinal);
        using (OwnerStore store = Store("a"))
        {
            Add(store, "ada");
            Assert.Contains("another process works on this store", Assert.Throws<PalimpsestException>(() => OwnerStore.Open(store.Path)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("It is a store already", Assert.Throws<PalimpsestException>(() => Store("a")).Message, StringComparison.Ordinal);
        Sql("UPDATE ledger SET owners = 7 WHERE sequence = 1");
        using (OwnerStore store = OwnerStore.Open(_folder.At("a")))
        {
            Assert.Contains("was changed after it was written", Assert.Single(new StoreVerifier(store).Files()), StringComparison.Ordinal);
        }

        Sql("PRAGMA user_version = 9");
        Assert.Contains("Use a newer Palimpsest", Assert.Throws<PalimpsestException>(() => OwnerStore.Open(_folder.At("a"))).Message, StringComparison.Ordinal);
        _folder.Write(Path.Combine("a", "ledger.db"), new string('x', 5000));
        Assert.Contains("cannot be read as the database", Assert.Throws<PalimpsestException>(() => OwnerStore.Open(_folder.At("a"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Serve_BatchThatMixesOwners_EqualsOneAfterTheOther()
    {
        using OwnerStore store = Store("a");
        Add(store, "ada", "ben");
        using OwnerReplay loaded = Replay(store);
        OwnerModel model = new(store, loaded);
        TextExample ada = Data("ada").Examples[0], ben = Data("ben").Examples[0];
        double[] mixed = model.AnswerProbabilities([("ada", ada), ("ben", ada), ("ada", ben), (null, ada)]);
        Assert.Equal(mixed[0], model.AnswerProbabilities([("ada", ada)])[0], 1e-6);
        Assert.Equal(mixed[1], model.AnswerProbabilities([("ben", ada)])[0], 1e-6);
        Assert.Equal(mixed[3], model.AnswerProbabilities([(null, ada)])[0], 1e-6);
        Assert.True(mixed[0] > mixed[1]);
    }

    private static OwnerData Data(string name) => new("memory", null, [new TextExample($"Where does {name} live?", $" In the town of {name}ville."), new TextExample($"What does {name} do?", $" {name} paints red boats.")]);

    private static (string Name, Func<OwnerData> Read) Entry(string name) => (name, () => Data(name));

    [Fact]
    public void Switch_FactorAlpha_CountsForMasksOnly()
    {
        using OwnerStore one = Store("a"), two = OwnerStore.Create(_folder.At("b"), "base-v1", Short, alpha: 2, seed: 11);
        Add(one, "ada", "ben");
        Add(two, "ada", "ben");
        Assert.Equal(Served(one, null), Served(two, null));

        using OwnerReplay replay = Replay(one);
        float[] origin = replay.Tuner.Base.ToArray(), single = Served(one, "ada"), twice = Served(two, "ada");
        Assert.All(Enumerable.Range(0, origin.Length), i => Assert.Equal(2 * (single[i] - (double)origin[i]), twice[i] - (double)origin[i], 1e-6));
        Assert.NotEqual(single, twice);
    }

    [Fact]
    public void Switch_DividedByMasks_IsTheMeanOverThoseWhoUseAnEntry()
    {
        OwnerStore Masks(string name) => OwnerStore.Create(_folder.At(name), "base-v1", Short, alpha: 2, seed: 11, SiftDivisor.Masks);
        using OwnerStore store = Masks("a"), fresh = Masks("b"), plain = Store("c");
        Add(store, "ada", "ben", "cleo");
        Add(plain, "ada", "ben", "cleo");
        using OwnerReplay replay = Replay(store);
        float[][] vectors = [.. new[] { "ada", "ben", "cleo" }.Select(name => replay.Tune(name, Data(name)).Vector)];
        float[] origin = replay.Tuner.Base.ToArray(), served = Served(store, "ada");
        for (int i = 0; i < origin.Length; i++)
        {
            double[] used = [.. vectors.Select(vector => (double)vector[i]).Where(value => value != 0)];
            Assert.Equal(vectors[0][i] == 0 ? 0 : 2 * used.Average(), served[i] - (double)origin[i], 1e-6);
        }

        Assert.Equal(Served(plain, null), Served(store, null)); // Without a mask all count.
        DeletionReceipt receipt = new Deletion(store, replay).Forget("ben", Data("ben"), audit: true);
        Add(fresh, "cleo", "ada");
        Assert.Equal(Served(fresh, "ada"), Served(store, "ada"));
        Assert.True(receipt.Audit!.ServedBefore > receipt.Audit.Base);
        using OwnerStore again = Reopened(store);
        Assert.Equal(SiftDivisor.Masks, again.Settings.Divisor);
    }

    private static OwnerStore Reopened(OwnerStore store)
    {
        store.Dispose();
        return OwnerStore.Open(store.Path);
    }

    private static void Add(OwnerStore store, params string[] names) => new OwnerEnrolment(store).Add([.. names.Select(Entry)]);

    private static OwnerReplay Replay(OwnerStore store) => TinyOwners.Replay(store);

    private static float[] Served(OwnerStore store, string? name)
    {
        using OwnerReplay loaded = Replay(store);
        OwnerModel model = new(store, loaded);
        model.Switch(name);
        float[] values = new float[store.Settings.Count];
        loaded.Tuner.Model.Model.Parameters.Flat!.ForEachChunk((offset, chunk) => chunk.CopyTo(values.AsSpan((int)offset)));
        return values;
    }

    private static IEnumerable<byte[]> Windows(byte[] text, int length) => Enumerable.Range(0, text.Length - length + 1).Select(i => text[i..(i + length)]);

    private static bool Holds(string folder, byte[] secret) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock").Any(file => File.ReadAllBytes(file).AsSpan().IndexOf(secret) >= 0);

    private static void Flip(string path, long place)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = place;
        int value = stream.ReadByte();
        stream.Position = place;
        stream.WriteByte((byte)(value ^ 1));
    }

    private OwnerStore Store(string name) => OwnerStore.Create(_folder.At(name), "base-v1", Short, seed: 11);

    private void Sql(string text)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(_folder.At("a"), "ledger.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
