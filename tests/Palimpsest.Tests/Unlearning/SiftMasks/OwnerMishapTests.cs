using Microsoft.Data.Sqlite;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>What happens to a store when data is lost, files are damaged or in use, and names collide: there is always a way out, and it is named.</summary>
public sealed class OwnerMishapTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public OwnerMishapTests() => _model = TinyOwners.SaveModel(_folder.At("model"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Forget_DataIsLost_IsPossibleByARebuildThatEqualsAStoreWithoutTheOwner()
    {
        using OwnerStore store = Store("a"), never = Store("b");
        string key = _folder.At("a.key");
        Add(store, key, "ada");
        Add(store, null, "ben", "cleo");
        Add(never, null, "cleo", "ada");
        using OwnerReplay replay = TinyOwners.Replay(store);
        string refusal = Assert.Throws<LostDataException>(() => new Deletion(store, replay).Forget("ben", TinyOwners.Data("other"))).Owner;
        Assert.Equal("ben", refusal);

        List<DeletionReceipt> saved = [];
        List<string> asked = [];
        DeletionReceipt receipt = new Deletion(store, replay, saved.Add).ForgetByRebuild(["ben"], owner =>
        {
            asked.Add(owner.Name);
            return TinyOwners.Data(owner.Name);
        }, key)[0];
        Assert.Equal(["cleo"], asked); // Of ada a vector is kept.
        Assert.Equal(never.Head.After, store.Head.After);
        Assert.True(receipt.Proof.Equal);
        Assert.Same(receipt, Assert.Single(saved));
        Assert.Equal(["ada", "cleo"], store.Owners.Select(owner => owner.Name));
        Assert.True(store.Find("ada").KeptVector);
        Assert.Equal("forget", store.History()[^1].Action);
        Assert.Empty(new StoreVerifier(store).Files());

        // Data of one that stays is needed; without it nobody leaves.
        Assert.Contains("is not what was added", Assert.Throws<LostDataException>(() => new Deletion(store, replay).ForgetByRebuild(["ada"], _ => TinyOwners.Data("other"))).Message, StringComparison.Ordinal);
        Assert.Equal(2, store.Owners.Count);
    }

    [Fact]
    public void Forget_DataOfTwoIsLost_BothLeaveAtOnceWithALineAndAReceiptEach()
    {
        using OwnerStore store = Store("a"), never = Store("b");
        Add(store, null, "ada", "ben", "cleo");
        Add(never, null, "ben");
        using OwnerReplay replay = TinyOwners.Replay(store);
        List<DeletionReceipt> receipts = [];
        Deletion deletion = new(store, replay, receipt =>
        {
            receipts.Add(receipt);
            throw new PalimpsestException($"{receipt.Owner}: no room.");
        });

        // A receipt that cannot be written does not cost the others theirs.
        Assert.Equal("cleo: no room. ada: no room.", Assert.Throws<PalimpsestException>(() => deletion.ForgetByRebuild(["cleo", "ada"], owner => owner.Name == "ben" ? TinyOwners.Data("ben") : throw new PalimpsestException("lost"))).Message);
        Assert.Equal(["cleo", "ada"], receipts.Select(receipt => receipt.Owner));
        Assert.Equal(never.Head.After, store.Head.After);
        IReadOnlyList<LedgerEntry> history = store.History();
        Assert.Equal([.. receipts.Select(receipt => receipt.Subject)], history.Skip(4).Select(entry => entry.Subject));
        Assert.Equal([2, 1], history.Skip(4).Select(entry => entry.Owners));
        Assert.Equal([2, 1], receipts.Select(receipt => receipt.OwnersLeft));
        Assert.Equal(history.Skip(3).Take(2).Select(entry => entry.Hash), receipts[0].Chain);
        Assert.Equal(history.Skip(1).Select(entry => entry.Hash), receipts[1].Chain);
        using OwnerStore again = Reopened(store);
        Assert.Equal("ben", Assert.Single(again.Owners).Name);
        Assert.Empty(new StoreVerifier(again).Files());
    }

    [Fact]
    public void Rebuild_KeyOrKeptVectorIsWrong_IsRefusedInsteadOfLosingWhatIsKept()
    {
        using OwnerStore store = Store("a");
        Add(store, _folder.At("a.key"), "ada");
        using OwnerReplay replay = TinyOwners.Replay(store);
        StoreRebuild rebuild = new(store, replay);
        Assert.Contains("is not there", Assert.Throws<PalimpsestException>(() => rebuild.Run(owner => TinyOwners.Data(owner.Name), _folder.At("none.key"))).Message, StringComparison.Ordinal);
        File.Delete(Directory.GetFiles(Path.Combine(store.Path, "vectors"))[0]);
        Assert.Contains("All vectors can be made from data instead", Assert.Throws<PalimpsestException>(() => rebuild.Run(owner => TinyOwners.Data(owner.Name), _folder.At("a.key"))).Message, StringComparison.Ordinal);
        Assert.True(store.Find("ada").KeptVector);
    }

    [Fact]
    public void Commit_AnotherProgramWrites_IsNotCalledDamage()
    {
        using OwnerStore store = Store("a");
        Add(store, null, "ada");
        using OwnerReplay replay = TinyOwners.Replay(store);
        using SqliteConnection writer = new($"Data Source={Path.Combine(store.Path, "ledger.db")};Pooling=False");
        writer.Open();
        using SqliteTransaction transaction = writer.BeginTransaction();
        string message = Assert.Throws<PalimpsestException>(() => new Deletion(store, replay).Forget("ada", TinyOwners.Data("ada"))).Message;
        Assert.Contains("another program holds the database", message, StringComparison.Ordinal);
        Assert.Single(store.Owners);
    }

    [Fact]
    public void Rebuild_FromDataThatGivesTheSameBits_KeepsTheKeptVectors()
    {
        using OwnerStore store = Store("a");
        Add(store, _folder.At("a.key"), "ada");
        using OwnerReplay replay = TinyOwners.Replay(store);
        new StoreRebuild(store, replay).Run(owner => TinyOwners.Data(owner.Name));
        Assert.Equal(0, new Deletion(store, replay).ForgetByKeptVector("ada", _folder.At("a.key")).OwnersLeft);
    }

    [Fact]
    public void Forget_AnotherProgramReadsTheDatabase_IsSaidInTheReceiptAndMendedByOpening()
    {
        OwnerStore store = Store("a");
        Add(store, null, "ada-of-the-hills");
        using (OwnerReplay replay = TinyOwners.Replay(store))
        using (SqliteConnection reader = new($"Data Source={Path.Combine(store.Path, "ledger.db")};Pooling=False"))
        {
            reader.Open();
            using SqliteTransaction transaction = reader.BeginTransaction(deferred: true);
            using SqliteCommand command = reader.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "SELECT count(*) FROM owners";
            command.ExecuteScalar();
            DeletionReceipt receipt = new Deletion(store, replay).Forget("ada-of-the-hills", TinyOwners.Data("ada-of-the-hills"));
            Assert.Contains("another program reads the database", Assert.Single(receipt.Problems), StringComparison.Ordinal);
            Assert.True(receipt.Proof.Equal);
            Assert.Empty(store.Owners);
        }

        store.Dispose();
        OwnerStore.Open(_folder.At("a")).Dispose();
        Assert.All(Directory.GetFiles(_folder.At("a"), "ledger.db*"), file => Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("ada-of-the-hills"u8) < 0, file));
    }

    [Theory]
    [InlineData("UPDATE owners SET manifest = '{'")]
    [InlineData("UPDATE owners SET added = 'yesterday'")]
    [InlineData("UPDATE settings SET value = 'null'")]
    [InlineData("DELETE FROM settings")]
    [InlineData("DELETE FROM ledger")]
    [InlineData("DROP TABLE owners")]
    public void Open_DamagedRows_IsAClearError(string damage)
    {
        using (OwnerStore store = Store("a"))
        {
            Add(store, null, "ada");
        }

        using (SqliteConnection connection = new($"Data Source={Path.Combine(_folder.At("a"), "ledger.db")};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
            command.CommandText = damage;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        Assert.Contains("Restore it from a backup", Assert.Throws<PalimpsestException>(() => OwnerStore.Open(_folder.At("a"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyFoldersAreMissing_MakesThemAgain()
    {
        Store("a").Dispose();
        Directory.Delete(Path.Combine(_folder.At("a"), "vectors"));
        Directory.Delete(Path.Combine(_folder.At("a"), "masks"));
        using OwnerStore store = OwnerStore.Open(_folder.At("a") + Path.DirectorySeparatorChar);
        Assert.Equal(_folder.At("a"), store.Path);
        Add(store, _folder.At("a.key"), "ada");
        Assert.Empty(new StoreVerifier(store).Files());
    }

    [Fact]
    public void Create_WhatAKilledInitLeft_IsNoObstacle()
    {
        Directory.CreateDirectory(Path.Combine(_folder.At("a"), "masks"));
        _folder.Write(Path.Combine("a", "accumulator-0000000000.sum"), "half");
        using (OwnerStore store = Store("a"))
        {
            Assert.Empty(new StoreVerifier(store).Files());
        }

        _folder.Write("file", "");
        Assert.Contains("cannot be used", Assert.Throws<PalimpsestException>(() => Store(Path.Combine("file", "deep"))).Message, StringComparison.Ordinal);
        Assert.Contains("exists and is not empty", Assert.Throws<PalimpsestException>(() => Store("file")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeptVector_FileIsMissing_AsksForTheData()
    {
        using OwnerStore store = Store("a");
        Add(store, _folder.At("a.key"), "ada");
        File.Delete(Directory.GetFiles(Path.Combine(store.Path, "vectors"))[0]);
        using OwnerReplay replay = TinyOwners.Replay(store);
        Assert.Contains("damaged or missing", Assert.Throws<PalimpsestException>(() => new Deletion(store, replay).ForgetByKeptVector("ada", _folder.At("a.key"))).Message, StringComparison.Ordinal);
        Assert.Equal(0, new Deletion(store, replay).Forget("ada", TinyOwners.Data("ada")).OwnersLeft);
    }

    [Theory]
    [InlineData("Andr\u00e9", "Andre\u0301")]
    [InlineData("ada", "Ada")]
    [InlineData("ada", "ada")]
    [InlineData("\ufb01n", "fin")]
    public void Add_NamesOfOneBatchThatLookAlike_AreRefusedBeforeAnyTraining(string first, string second)
    {
        using OwnerStore store = Store("a");
        int read = 0;
        OwnerData Read()
        {
            read++;
            return TinyOwners.Data("ada");
        }

        Assert.Contains("look alike", Assert.Throws<PalimpsestException>(() => new OwnerEnrolment(store).Add([(first, Read), (second, Read)])).Message, StringComparison.Ordinal);
        Assert.Equal(0, read);
    }

    [Fact]
    public void Add_ExampleThatDoesNotFit_NamesTheOwner()
    {
        OwnerData data = new("memory", null, [new TextExample(string.Concat(Enumerable.Repeat("very ", 200)), " long"), .. TinyOwners.Data("ben").Examples]);
        using OwnerStore store = Store("a"), tolerant = OwnerStore.Create(_folder.At("b"), _model, new OwnerTuning { Steps = 1, TooLong = TooLongPolicy.Skip }, seed: 1);
        string message = Assert.Throws<PalimpsestException>(() => new OwnerEnrolment(store).Add([("ben", () => data)])).Message;
        Assert.StartsWith("\"ben\": An example has", message, StringComparison.Ordinal);
        Assert.Contains("data.too_long to truncate or skip. (Of a store", message, StringComparison.Ordinal);
        Assert.Equal((1, 0), new OwnerEnrolment(tolerant).Add([("ben", () => data)]));
    }

    private static OwnerStore Reopened(OwnerStore store)
    {
        store.Dispose();
        return OwnerStore.Open(store.Path);
    }

    private OwnerStore Store(string name) => TinyOwners.Create(_folder.At(name), _model);

    private static void Add(OwnerStore store, string? key, params string[] names) => new OwnerEnrolment(store, key).Add([.. names.Select(name => (name, (Func<OwnerData>)(() => TinyOwners.Data(name))))]);
}
