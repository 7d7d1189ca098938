using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Palimpsest.Evaluation;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Damaged ledgers, kills before the receipt, moved models and stores that are served keep nobody from leaving.</summary>
public sealed class OwnerWayOutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public OwnerWayOutTests() => _model = TinyOwners.SaveModel(_folder.At("model"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("UPDATE ledger SET owners = 7 WHERE sequence = 1")]
    [InlineData("UPDATE ledger SET time = 'yesterday' WHERE sequence = 1")]
    [InlineData("DELETE FROM ledger WHERE sequence = 1")]
    [InlineData("UPDATE ledger SET time = 'yesterday' WHERE sequence = 3")]
    public void Forget_LineOfTheLedgerIsDamaged_LeavesAndSaysSo(string damage)
    {
        using (OwnerStore store = Store("a", "ada", "ben", "cleo"))
        {
        }

        Sql(damage);
        using OwnerStore opened = OwnerStore.Open(_folder.At("a"));
        Assert.Contains("line ", Assert.Throws<PalimpsestException>(() => opened.History()).Message, StringComparison.Ordinal);
        using OwnerReplay replay = TinyOwners.Replay(opened);
        DeletionReceipt receipt = new Deletion(opened, replay).Forget("ben", TinyOwners.Data("ben"));
        Assert.True(receipt.Proof.Equal);
        Assert.Contains("ledger", Assert.Single(receipt.Problems), StringComparison.Ordinal);
        using OwnerStore never = Store("b", "ada", "cleo");
        Assert.Equal(never.Head.After, opened.Head.After);
    }

    [Fact]
    public void Rebuild_SumOfTheLastLineIsDamaged_MakesTheStoreWholeAgain()
    {
        string good;
        using (OwnerStore store = Store("a", "ada", "ben"))
        {
            good = store.Head.After;
        }

        Sql("UPDATE ledger SET after = 'x' WHERE sequence = 2");
        using OwnerStore opened = OwnerStore.Open(_folder.At("a"));
        using OwnerReplay replay = TinyOwners.Replay(opened);
        Assert.Contains("owners rebuild", Assert.Throws<PalimpsestException>(() => new Deletion(opened, replay).Forget("ben", TinyOwners.Data("ben"))).Message,
            StringComparison.Ordinal);
        new StoreRebuild(opened, replay).Run(owner => TinyOwners.Data(owner.Name));
        Assert.Equal(good, opened.Head.After);
        Assert.True(new Deletion(opened, replay).Forget("ben", TinyOwners.Data("ben")).Proof.Equal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_LedgerIsLost_SaysWhatIsThereAndTouchesNothing(bool emptied)
    {
        string sum, ledger = Path.Combine(_folder.At("a"), "ledger.db"), backup = _folder.At("backup.db");
        using (OwnerStore store = Store("a", "ada"))
        {
            sum = store.Folder.Accumulator(2);
        }

        File.Copy(ledger, backup);
        using (OwnerStore store = OwnerStore.Open(_folder.At("a")))
        {
            Add(store, "ben");
        }

        File.Delete(ledger);
        if (emptied)
        {
            File.WriteAllBytes(ledger, []);
        }

        string[] before = Directory.GetFiles(_folder.At("a"), "*", SearchOption.AllDirectories);
        foreach (Func<string, OwnerStore> open in new Func<string, OwnerStore>[] { path => OwnerStore.Open(path), path => OwnerStore.OpenToRead(path) })
        {
            string message = Assert.Throws<PalimpsestException>(() => open(_folder.At("a"))).Message;
            Assert.Contains("2 masks and 0 kept vectors are there", message, StringComparison.Ordinal);
            Assert.Contains("palimpsest owners rebuild", message, StringComparison.Ordinal);
            Assert.Contains("do not delete them", message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Directory.GetFiles(_folder.At("a"), "*", SearchOption.AllDirectories));

        // An older ledger is a way back: nothing is erased before the sum is made again.
        File.Copy(backup, ledger, overwrite: true);
        using OwnerStore older = OwnerStore.Open(_folder.At("a"));
        Assert.True(File.Exists(sum));
        using OwnerReplay replay = TinyOwners.Replay(older);
        new StoreRebuild(older, replay).Run(owner => TinyOwners.Data(owner.Name));
        Assert.Empty(new StoreVerifier(older).Files());
        Assert.Equal("ada", Assert.Single(older.Owners).Name);
        Assert.Single(Directory.GetFiles(Path.Combine(older.Path, "masks")));
    }

    [Fact]
    public void Forget_KilledBeforeTheReceipt_WritesItAtTheNextOpeningAndThenForgetsTheName()
    {
        string second = _folder.At("second.json");
        using (OwnerStore store = Store("a", "ada-of-the-hills", "ben", "cleo"))
        {
            using OwnerReplay replay = TinyOwners.Replay(store);
            Deletion deletion = new(store, replay, _ => throw new InvalidOperationException("killed"), _ => second);
            Assert.Throws<InvalidOperationException>(() => deletion.Forget("ada-of-the-hills", TinyOwners.Data("ada-of-the-hills")));
            Assert.Equal(2, store.Owners.Count);
        }

        Assert.False(File.Exists(second));
        _folder.Write("second.json", "of somebody else");
        string[] notes;
        using (OwnerStore store = OwnerStore.OpenToRead(_folder.At("a")))
        {
            notes = [.. store.Notes];
            string written = Assert.Single(Directory.GetFiles(_folder.Path, "second.json.*.json"));
            Assert.Contains(written, Assert.Single(notes), StringComparison.Ordinal);
            (DeletionReceipt receipt, IReadOnlyList<(bool? Holds, string What)> checks) = ReceiptCheck.Run(written, store);
            Assert.Equal("ada-of-the-hills", receipt.Owner);
            Assert.Contains("when the store was opened again", Assert.Single(receipt.Problems), StringComparison.Ordinal);
            Assert.All(checks, check => Assert.True(check.Holds, check.What));
        }

        Assert.Equal("of somebody else", File.ReadAllText(second));
        Assert.All(Directory.GetFiles(_folder.At("a"), "ledger.db*"), path =>
            Assert.True(File.ReadAllBytes(path).AsSpan().IndexOf("ada-of-the-hills"u8) < 0, path));
        using OwnerStore again = OwnerStore.Open(_folder.At("a"));
        Assert.Empty(again.Notes);
    }

    [Fact]
    public void Forget_ReceiptWasWrittenButStillWaits_IsTakenOutWithoutASecondFile()
    {
        string file = _folder.At("receipt.json");
        using (OwnerStore store = Store("a", "ada"))
        {
            using OwnerReplay replay = TinyOwners.Replay(store);
            Assert.Throws<InvalidOperationException>(() =>
                new Deletion(store, replay, receipt => { receipt.Write(file); throw new InvalidOperationException("killed"); }, _ => file).Forget("ada",
                TinyOwners.Data("ada")));
        }

        string text = File.ReadAllText(file);
        using OwnerStore opened = OwnerStore.Open(_folder.At("a"));
        Assert.Single(opened.Notes);
        Assert.Equal(text, File.ReadAllText(file));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("owner", "\"eve\"")]
    [InlineData("sum_after", "\"00\"")]
    [InlineData("owners_left", "7")]
    [InlineData("proof", "{\"check_of_sum\": 1, \"check_of_owners\": 2, \"equal\": true, \"seen_before\": null}")]
    [InlineData("chain", "[\"00\"]")]
    [InlineData("subject", "\"00\"")]
    public void Receipt_AnythingIsChanged_DoesNotHold(string key, string value)
    {
        using OwnerStore store = Store("a", "ada", "ben"), other = Store("b");
        using OwnerReplay replay = TinyOwners.Replay(store);
        string file = _folder.At("receipt.json");
        new Deletion(store, replay, receipt => receipt.Write(file)).Forget("ada", TinyOwners.Data("ada"));
        Assert.All(ReceiptCheck.Run(file, store).Checks, check => Assert.True(check.Holds, check.What));
        Assert.Contains(ReceiptCheck.Run(file, other).Checks, check => check.Holds == false);

        JsonObject json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        json[key] = JsonNode.Parse(value);
        _folder.Write("receipt.json", json.ToJsonString());
        Assert.Contains(ReceiptCheck.Run(file).Checks, check => check.Holds == false && check.What.StartsWith("hash", StringComparison.Ordinal));
        if (key != "owner")
        {
            // Also without its hash, as older receipts are; a name is nowhere else.
            json.Remove("sha256");
            _folder.Write("receipt.json", json.ToJsonString());
            Assert.Contains(ReceiptCheck.Run(file).Checks, check => check.Holds == false);
        }

        _folder.Write("receipt.json", "{}");
        Assert.Contains("is no receipt", Assert.Throws<PalimpsestException>(() => ReceiptCheck.Run(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ask_OwnerLeavesWhileTheStoreIsServed_IsNotServedAnyMoreAndOthersGetTheNewSum()
    {
        using OwnerStore store = Store("a", "ada", "ben"), alone = Store("b", "ben");
        using OwnerReplay replay = TinyOwners.Replay(store), served = TinyOwners.Replay(store), other = TinyOwners.Replay(alone);
        using OwnerStore reading = OwnerStore.OpenToRead(_folder.At("a"));
        OwnerModel model = new(reading, served);
        double[] Answer(OwnerModel asked, string? name) => asked.Ask(name, asking => AnswerProbability.Measure(asking, TinyOwners.Data("ben").Examples));
        double[] before = Answer(model, "ben");
        Answer(model, "ada");

        // The owner leaves while its answer is being made.
        bool left = false;
        Assert.Contains("there is no owner \"ada\"", Assert.Throws<PalimpsestException>(() => model.Ask("ada", _ =>
        {
            if (!left)
            {
                left = true;
                Assert.True(new Deletion(store, replay).Forget("ada", TinyOwners.Data("ada")).Proof.Equal);
            }

            return 1;
        })).Message, StringComparison.Ordinal);
        Assert.Contains("there is no owner \"ada\"", Assert.Throws<PalimpsestException>(() => Answer(model, "ada")).Message, StringComparison.Ordinal);
        double[] after = Answer(model, "ben");
        Assert.NotEqual(before, after);
        Assert.Equal(Answer(new OwnerModel(alone, other), "ben"), after);
        Add(store, "cleo");
        Answer(model, "cleo");
        Assert.Throws<InvalidOperationException>(() => Add(reading, "dan"));
    }

    [Fact]
    public void Model_WasMoved_IsNamedAndKnownByItsHash()
    {
        Store("a", "ada").Dispose();
        Directory.Move(_model, _folder.At("elsewhere"));
        using (OwnerStore lost = OwnerStore.Open(_folder.At("a")))
        {
            Assert.Contains("Name where it lies now", Assert.Throws<PalimpsestException>(() => TinyOwners.Replay(lost)).Message,
                StringComparison.Ordinal);
        }

        using (OwnerStore wrong = OwnerStore.Open(_folder.At("a"), "base-v1"))
        {
            Assert.Contains("is not the model that the store was made with", Assert.Throws<PalimpsestException>(() => TinyOwners.Replay(wrong)).Message,
                StringComparison.Ordinal);
        }

        using OwnerStore store = OwnerStore.Open(_folder.At("a"), _folder.At("elsewhere"));
        using OwnerReplay replay = TinyOwners.Replay(store);
        Assert.Equal(0, new Deletion(store, replay).Forget("ada", TinyOwners.Data("ada")).OwnersLeft);
    }

    private static void Add(OwnerStore store, params string[] names) =>
        new OwnerEnrolment(store).Add([.. names.Select(name => (name, (Func<OwnerData>)(() => TinyOwners.Data(name))))]);

    private OwnerStore Store(string folder, params string[] names)
    {
        OwnerStore store = TinyOwners.Create(_folder.At(folder), _model);
        Add(store, names);
        return store;
    }

    private void Sql(string text)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(_folder.At("a"), "ledger.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
