using System.CommandLine;
using System.Globalization;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners list</c></summary>
internal static class OwnersListCommand
{
    public static Command Create(TextWriter output)
    {
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "list",
            """
            Lists who is in the store.

            Example: palimpsest owners list --store clinics
            """)
        {
            store,
        };
        command.SetAction(parsed => Run(parsed.GetValue(store)!, output));
        return command;
    }

    private static int Run(string path, TextWriter output)
    {
        using OwnerStore store = OwnersCommand.Open(path, reading: true);
        if (store.Owners.Count == 0)
        {
            output.WriteLine($"{path} is empty. Add an owner with: palimpsest owners add NAME DATA");
            return 0;
        }

        int width = Math.Max(5, store.Owners.Max(owner => owner.Name.Length));
        output.WriteLine($"{"owner".PadRight(width)}  joined (UTC)      examples   mask  vector kept");
        foreach (OwnerRecord owner in store.Owners)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{owner.Name.PadRight(width)}  {owner.Added:yyyy-MM-dd HH:mm}  {owner.Manifest.Examples,8}  {100 * owner.Density,4:F0}%  {(owner.KeptVector ? "yes" : "no")}"));
        }

        return 0;
    }
}
