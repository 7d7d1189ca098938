using System.CommandLine;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners export NAME FOLDER</c></summary>
internal static class OwnersExportCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> name = new("name") { Description = "The owner." };
        Argument<string> folder = new("folder") { Description = "Where the model goes, in Hugging Face's form." };
        Option<string?> model = OwnersCommand.ModelOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "export",
            """
            Writes an owner's model as a folder. A copy outside the store is not deleted when the owner leaves.

            Example: palimpsest owners export ada models/ada
            """)
        {
            name, folder, model, store,
        };
        command.SetAction(parsed =>
        {
            using OwnerStore opened = OwnersCommand.Open(parsed.GetValue(store)!, parsed.GetValue(model));
            opened.Find(parsed.GetValue(name)!);
            string target = parsed.GetValue(folder)!;
            if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            {
                throw new PalimpsestException($"{target}: exists and is not empty; an export replaces nothing. Name a new folder.");
            }

            using OwnerReplay loaded = new(opened, CommandTorch.Start());
            OwnerModel served = new(opened, loaded);
            served.Switch(parsed.GetValue(name)!);
            served.Model.Save(target);
            output.WriteLine($"{target}: the model of \"{parsed.GetValue(name)}\". If it leaves, delete this copy too.");
            return 0;
        });
        return command;
    }
}
