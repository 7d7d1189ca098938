using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Cli;

/// <summary>The disk is full in the middle of joining or leaving: one message that names the file and the way out, and the store is as before.</summary>
public sealed class OwnersDiskFullTests
{
    // The sum of base-v1 takes 6 MB, a kept vector the same, a mask 0.1 MB, the ledger's shared memory 32 kB. A limit on the size of files fails a write as a full disk does.
    [Theory]
    [InlineData(4000, ".sum: cannot be created", "owners", "add", "ada", "ada.jsonl")]
    [InlineData(4000, ".vector: cannot be written", "owners", "add", "ada", "ada.jsonl", "--keep-vector", "--key", "k.key")]
    [InlineData(64, ".mask: cannot be written", "owners", "add", "ada", "ada.jsonl")]
    [InlineData(16, "ledger.db: cannot be written", "owners", "add", "ada", "ada.jsonl")]
    [InlineData(4000, ".sum: cannot be created", "owners", "forget", "ben")]
    [InlineData(16, "ledger.db: cannot be written", "owners", "forget", "ben")]
    [InlineData(4000, "so nothing was deleted", "owners", "forget", "ben", "--receipt", "no-such-folder/ben.json")]
    public void AddAndForget_DiskFull_SaysSoAndTheStoreIsAsBefore(int kilobytes, string message, params string[] arguments)
    {
        using CommandProcess shell = new();
        Succeed(shell.Run("owners", "init", "--steps", "1", "--seed", "3"));
        string file = shell.Write("ada.jsonl", "{\"prompt\": \"Where?\", \"completion\": \" There.\"}\n");
        Succeed(shell.Run("owners", "add", "ben", file));
        (string head, string[] files) = State(shell);

        (int code, string output, string error) = shell.Shell($"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f {kilobytes}; exec $command {string.Join(' ', arguments)}");
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Matches("[Ff]ree some space", error);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
        Assert.Equal(files, Files(shell));
        (string after, string[] opened) = State(shell);
        Assert.Equal(head, after);
        Assert.Equal(files, opened);
        Assert.Empty(Directory.GetFiles(shell.Folder, "receipt-*"));

        Succeed(shell.Run([.. arguments.Where(argument => argument != "--receipt" && !argument.StartsWith("no-such", StringComparison.Ordinal))]));
        Assert.NotEqual(head, State(shell).Head);
    }

    private static (string Head, string[] Files) State(CommandProcess shell)
    {
        using OwnerStore store = OwnerStore.Open(Path.Combine(shell.Folder, "owners"));
        Assert.Empty(new StoreVerifier(store).Files());
        return (store.Head.Hash, Files(shell));
    }

    // Without the ledger's own helpers, which come and go.
    private static string[] Files(CommandProcess shell) =>
        [.. Directory.EnumerateFiles(Path.Combine(shell.Folder, "owners"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static void Succeed((int Code, string Output, string Error) result) => Assert.True(result.Code == 0, result.Output + result.Error);
}
