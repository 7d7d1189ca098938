using System.CommandLine;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners ...</c>: a model from many owners, any of whom can leave exactly.</summary>
internal static class OwnersCommand
{
    public static Command Create(TextWriter output) => new(
        "owners",
        """
        Keeps what many owners contribute to one base model: they join, are served, and leave exactly.

        Example: palimpsest owners init && palimpsest owners add ada ada.jsonl && palimpsest owners forget ada
        """)
    {
        OwnersInitCommand.Create(output),
        OwnersAddCommand.Create(output),
        OwnersListCommand.Create(output),
        OwnersServeCommand.Create(output),
        OwnersExportCommand.Create(output),
        OwnersForgetCommand.Create(output),
        OwnersReceiptCommand.Create(output),
        OwnersVerifyCommand.Create(output),
        OwnersRebuildCommand.Create(output),
        OwnersStatsCommand.Create(output),
    };

    /// <summary>The store that a command works on.</summary>
    public static Option<string> StoreOption() => new("--store") { Description = "Folder of the store.", DefaultValueFactory = _ => "owners" };

    /// <summary>The key of kept vectors.</summary>
    public static Option<string?> KeyOption() => new("--key") { Description = "File with the key of kept vectors; the store's path with .key by default. Keep it apart from the store." };

    /// <summary>Where the base model lies now.</summary>
    public static Option<string?> ModelOption() =>
        new("--model") { Description = "Where the base model lies now, if not where the store was made with it; it must be the same one, to the hash." };

    /// <summary>Opens a store for a command, and says what was done to it.</summary>
    public static OwnerStore Open(string path, string? model = null, bool reading = false)
    {
        OwnerStore store = reading ? OwnerStore.OpenToRead(path, model) : OwnerStore.Open(path, model);
        foreach (string note in store.Notes)
        {
            System.Console.Error.WriteLine(note);
        }

        return store;
    }

    /// <summary>Where owners' data lies now.</summary>
    public static Option<string?> DataOption() =>
        new("--data")
        {
            Description =
        "Where the data lies now, if not where it was added from: a file, or a folder with files of the same names. Of several owners, those whose "
            + "data still lies where it was keep it."
        };

    /// <summary>The column of owners' names.</summary>
    public static Option<string?> ColumnOption() => new("--owner-column") { Description = "Column that holds the owners' names; the one they were added by, unless told." };

    /// <summary>Where the key lies if nobody says otherwise: beside the store, not in it.</summary>
    /// <exception cref="PalimpsestException">It would lie in the store.</exception>
    public static string KeyOf(string? key, OwnerStore store)
    {
        string file = key ?? store.Path + ".key", inside = Path.Combine(store.Path, ".key");
        return store.Holds(file) ? throw new PalimpsestException($"{file}: lies in the store, beside the vectors that it opens. Move it out or name another file with --key.")
            : key is null && !File.Exists(file) && File.Exists(inside) ? throw new PalimpsestException($"{inside}: the key lies in the store, beside the vectors that it opens. Move it to {file}.")
            : file;
    }

    /// <summary>The data of the one owner that a command is about: named now, or where it lay when it joined.</summary>
    public static OwnerData DataOf(OwnerRecord owner, string? path, string? column)
    {
        ReplayManifest manifest = owner.Manifest;
        string file = Directory.Exists(path) ? Path.Combine(path, Path.GetFileName(manifest.DataPath)) : path ?? manifest.DataPath;
        return OwnerData.Read(manifest.DataPath == OwnerData.WorldName ? OwnerData.WorldName : file, manifest.DataOwner, new Data.ExampleColumns { Owner = manifest.DataOwner is null ? null : column ?? manifest.DataColumn });
    }

    /// <summary>The data of one owner of many: what still lies where it was, and is what was added, is not looked for elsewhere.</summary>
    public static OwnerData DataOfMany(OwnerRecord owner, string? path, string? column)
    {
        if (path is null || !Path.Exists(owner.Manifest.DataPath))
        {
            return DataOf(owner, path, column);
        }

        try
        {
            OwnerData there = DataOf(owner, null, null);
            return there.Sha256 == owner.Manifest.DataSha256 ? there : DataOf(owner, path, column);
        }
        catch (PalimpsestException)
        {
            return DataOf(owner, path, column); // what is there now cannot even be read
        }
    }
}
