using System.Diagnostics;
using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Cli;

/// <summary>kill -9 at random moments of joining and leaving: afterwards the store is as before or as after, never between. PALIMPSEST_KILLS sets how many; a few without it.</summary>
public sealed class OwnersKillTests
{
    [Fact]
    public void AddAndForget_KilledAgainAndAgain_StoreIsBeforeOrAfter()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("PALIMPSEST_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : 6;
        using CommandProcess shell = new();
        Succeed(shell.Run("owners", "init", "--steps", "1", "--seed", "3"));
        string file = shell.Write("ada.jsonl", "{\"prompt\": \"Where?\", \"completion\": \" There.\"}\n");
        Succeed(shell.Run("owners", "add", "ben", file));
        string without = Sum(shell);
        Stopwatch clock = Stopwatch.StartNew();
        Succeed(shell.Run("owners", "add", "ada", file));
        int length = (int)clock.ElapsedMilliseconds;
        string with = Sum(shell);

        RandomStream random = new(21, "owners", "kills");
        int living = 0, completed = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            bool there = Sum(shell) == with;
            using Process process = shell.Start(there ? ["owners", "forget", "ada", "--receipt", $"r{kill}.json", .. random.NextInt(2) == 0 ? Array.Empty<string>() : ["--rebuild"]] : ["owners", "add", "ada", file]);

            // Half of the kills fall into the last part, where files are written.
            process.WaitForExit(kill % 2 == 0 ? random.NextInt(length) : (length * 6 / 10) + random.NextInt(length * 5 / 10));
            living += process.HasExited ? 0 : 1;
            process.Kill();
            process.WaitForExit();
            using OwnerStore store = OwnerStore.Open(Path.Combine(shell.Folder, "owners"));
            Assert.Empty(new StoreVerifier(store).Files());
            Assert.Equal(store.Owners.Count == 2 ? with : without, store.Head.After);
            completed += store.Owners.Count == 2 != there ? 1 : 0;
            Assert.Equal(store.Owners.Count, Directory.GetFiles(Path.Combine(store.Path, "masks")).Length);
            Assert.Single(Directory.GetFiles(store.Path, "accumulator-*"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{living} of {kills} kills met a living process; {completed} operations were complete.");
        Assert.True(living >= kills / 3, $"Only {living} of {kills} kills met a living process.");
    }

    [Fact]
    public void Init_KilledAtAnyMoment_CanBeRepeatedOrSaysWhatToDo()
    {
        using CommandProcess shell = new();
        Succeed(shell.Run("owners", "init", "first", "--steps", "1"));
        Stopwatch clock = Stopwatch.StartNew();
        Succeed(shell.Run("owners", "init", "whole", "--steps", "1"));
        int length = (int)clock.ElapsedMilliseconds;
        RandomStream random = new(22, "owners", "kills");
        int living = 0;
        for (int kill = 0; kill < 4; kill++)
        {
            using Process process = shell.Start("owners", "init", $"made{kill}", "--steps", "1");
            process.WaitForExit((length * 2 / 10) + random.NextInt(length * 7 / 10));
            living += process.HasExited ? 0 : 1;
            process.Kill();
            process.WaitForExit();
            (int code, string output, string error) = shell.Run("owners", "init", $"made{kill}", "--steps", "1");
            Assert.True(code == 0 || error.Contains("It is a store already", StringComparison.Ordinal), output + error);
            (code, output, error) = shell.Run("owners", "list", "--store", $"made{kill}");
            Assert.True(code == 0 || error.Contains("delete the folder and make it again", StringComparison.Ordinal), output + error);
        }

        Assert.True(living > 0, "No kill met a living process.");
    }

    private static string Sum(CommandProcess shell)
    {
        using OwnerStore store = OwnerStore.Open(Path.Combine(shell.Folder, "owners"));
        return store.Head.After;
    }

    private static void Succeed((int Code, string Output, string Error) result) => Assert.True(result.Code == 0, result.Output + result.Error);
}
