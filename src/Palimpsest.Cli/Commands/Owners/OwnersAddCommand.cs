using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands.Owners;

/// <summary><c>palimpsest owners add NAME DATA</c>, <c>palimpsest owners add --all DATA</c></summary>
internal static class OwnersAddCommand
{
    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal) { ["data.too_long"] = "'owners init --too-long'" };

    public static Command Create(TextWriter output)
    {
        Argument<string[]> what = new("what") { Description = "NAME DATA: one owner and its file. With --all: a folder with a file an owner, or a file with an owner column.", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = "Add every owner of a folder or of a file's owner column; who is there already is passed over." };
        Option<int?> world = new("--world") { Description = "Add so many owners of the embedded world, named world-0, world-1 and so on; or with NAME the one of this number." };
        Option<string?> column = new("--owner-column") { Description = "Column that holds the owners' names." };
        Option<int?> workers = new("--workers") { Description = "Owners tuned at the same time; as many as cores by default." };
        Option<bool> keep = new("--keep-vector") { Description = "Keep the owner's vector, encrypted, so that it can leave without its data and on another machine." };
        Option<string?> key = OwnersCommand.KeyOption();
        Option<string?> model = OwnersCommand.ModelOption();
        Option<string> store = OwnersCommand.StoreOption();
        Command command = new(
            "add",
            """
            Tunes owners on their data and adds them to the store.

            Example: palimpsest owners add ada ada.jsonl
            Example: palimpsest owners add --all clinics.csv --owner-column clinic --workers 2
            """)
        {
            what, all, world, column, workers, keep, key, model, store,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(
            parsed.GetValue(store)!, parsed.GetValue(what)!, parsed.GetValue(all), parsed.GetValue(world), parsed.GetValue(column), parsed.GetValue(workers),
                parsed.GetValue(keep), parsed.GetValue(key), parsed.GetValue(model), output, stop)));
        return command;
    }

    private static int Run(string path, string[] what, bool all, int? world, string? column, int? workers, bool keep, string? key, string? model,
        TextWriter output, CancellationToken stop)
    {
        if (workers < 1)
        {
            throw new PalimpsestException("--workers must be at least 1.");
        }

        IReadOnlyList<(string Name, Func<OwnerData> Read)> owners = Owners(what, all, world, new ExampleColumns { Owner = column });
        using OwnerStore store = OwnersCommand.Open(path, model);
        if (!all && owners.Count == 1)
        {
            store.CheckNew(owners[0].Name);
        }

        long clock = Stopwatch.GetTimestamp();
        int done = 0, missing = owners.Count(owner => store.Owners.All(there => there.Name != owner.Name));
        try
        {
            (int added, int there) = new OwnerEnrolment(store, keep ? OwnersCommand.KeyOf(key, store) : null).Add(
                owners, workers ?? Math.Max(1, Environment.ProcessorCount / store.Settings.Tuning.Threads),
                owner => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{++done} of {missing}: {owner.Name}, {owner.Manifest.Examples} examples, {owner.Manifest.Seconds:F1} s, mask {100 * owner.Density:F0}%")), stop);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Added {added}{(there > 0 ? $", {there} were there already" : "")}; {store.Owners.Count} in {path}. {Stopwatch.GetElapsedTime(clock).TotalSeconds:F1} s.{(keep ? $" The key of the kept vectors is {OwnersCommand.KeyOf(key, store)}; keep it apart from the store." : "")}"));
            return 0;
        }
        catch (OperationCanceledException)
        {
            output.WriteLine($"Stopped; {done} of {missing} are in {path}. The same command goes on.");
            return Interruption.ExitCode;
        }
        catch (PalimpsestException mistake)
        {
            throw CommandWords.WithOptions(mistake, s_settings);
        }
    }

    private static IReadOnlyList<(string Name, Func<OwnerData> Read)> Owners(string[] what, bool all, int? world, ExampleColumns columns)
    {
        string Number(int i) => i.ToString(CultureInfo.InvariantCulture);
        return (all, world, what.Length) switch
        {
            (false, int index, 1) => [(what[0], () => OwnerData.Read(OwnerData.WorldName, Number(index)))],
            (false, > 0, 0) => [.. Enumerable.Range(0, world.Value).Select(i => ($"world-{Number(i)}", (Func<OwnerData>)(() => OwnerData.Read(OwnerData.WorldName, Number(i)))))],
            (true, null, 1) when Directory.Exists(what[0]) => Files(what[0], columns),
            (true, null, 1) => OwnerData.ReadAll(what[0], columns),
            (false, null, 2) => [(what[0], () => OwnerData.Read(what[1], null, columns))],
            _ => throw new PalimpsestException("Say which owners: 'owners add NAME DATA' for one, 'owners add --all DATA' for a folder or a file with an owner column, 'owners add --world 10' for ten of the embedded world."),
        };
    }

    private static (string Name, Func<OwnerData> Read)[] Files(string folder, ExampleColumns columns)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(file => ExampleFile.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        return files.Length > 0
            ? [.. files.Select(file => (Path.GetFileNameWithoutExtension(file), (Func<OwnerData>)(() => OwnerData.Read(file, null, columns))))]
            : throw new PalimpsestException($"{folder}: holds no file of examples ({string.Join(", ", ExampleFile.Extensions)}).");
    }
}
