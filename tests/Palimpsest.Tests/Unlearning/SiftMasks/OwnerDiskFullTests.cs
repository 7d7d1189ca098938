using System.Diagnostics;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>A disk of a few hundred kilobytes that is filled up to a page at a time, so that every write of an operation meets it full once: each leaves the store before or after, never between.</summary>
public sealed class OwnerDiskFullTests
{
    private const int Page = 4096, Kilobytes = 1024;

    [Fact]
    public void JoinAndLeave_AnyRoomLeftOnTheDisk_StoreIsBeforeOrAfter()
    {
        using TemporaryFolder folder = new();
        string disk = Directory.CreateDirectory(folder.At("disk")).FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={Kilobytes}k", "tmpfs", disk), "A small disk can only be mounted on Linux by its administrator.");
        try
        {
            string key = folder.At("store.key");
            VectorVault vault = VectorVault.Open(key, create: true);
            OwnerStore store = TinyOwners.Create(Path.Combine(disk, "store"), TinyOwners.SaveModel(folder.At("model")));
            try
            {
                using OwnerReplay replay = TinyOwners.Replay(store);
                store.Join(replay.Tune("ben", TinyOwners.Data("ben")), vault);
                TunedOwner ada = replay.Tune("ada", TinyOwners.Data("ada"));
                string without = store.Head.After, filling = Path.Combine(disk, "filling");
                int[] refused = [0, 0], done = [0, 0];
                List<string> messages = [];
                for (int pages = 0; done[1] < 3; pages++)
                {
                    bool joins = store.Owners.Count == 1;
                    Fill(filling, new DriveInfo(disk).AvailableFreeSpace - (pages * Page));
                    try
                    {
                        if (joins)
                        {
                            store.Join(ada, vault);
                        }
                        else
                        {
                            new Deletion(store, replay).ForgetByKeptVector("ada", key);
                        }

                        done[joins ? 0 : 1]++;
                    }
                    catch (PalimpsestException problem)
                    {
                        refused[joins ? 0 : 1]++;
                        messages.Add(problem.Message);
                    }

                    // Leaving takes less room than joining; it is tried from an empty disk on as well.
                    pages = joins && store.Owners.Count == 2 ? 0 : pages;
                    File.Delete(filling);
                    store.Dispose();
                    store = OwnerStore.Open(Path.Combine(disk, "store"));
                    Assert.Empty(new StoreVerifier(store).Files());
                    Assert.True(store.Owners.Count == 2 || store.Head.After == without);
                    Assert.Equal(store.Owners.Count, Directory.GetFiles(Path.Combine(store.Path, "masks")).Length);
                    Assert.Single(Directory.GetFiles(store.Path, "accumulator-*"));
                }

                Assert.True(refused[0] > 10 && refused[1] > 5, $"{refused[0]} joins and {refused[1]} leaves were refused.");
                Assert.All(messages, message => Assert.Matches($"^{disk}.*[Ff]ree some space", message));
                foreach (string file in new[] { ".mask", ".vector", ".sum", "ledger.db" })
                {
                    Assert.Contains(messages, message => message.Contains(file + ": ", StringComparison.Ordinal));
                }
            }
            finally
            {
                store.Dispose();
            }
        }
        finally
        {
            Assert.True(Run("umount", disk));
        }
    }

    private static void Fill(string path, long bytes)
    {
        using FileStream stream = File.Create(path);
        stream.Write(new byte[Math.Max(0, bytes)]);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
