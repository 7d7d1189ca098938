using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Palimpsest.Common;
using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>A durable account of one privacy budget over everything that is released from the same data: it refuses what would exceed the budget.</summary>
/// <remarks>
/// A file of lines, <c>HASH JSON</c>: the budget first, then one line a reservation; each hash is SHA-256 of the hash before and the line's text. A second
/// file (<c>.head</c>) holds the number of lines and the last hash. A reservation is on the disk, line first and head second, before <see cref="Reserve"/>
/// returns, so a crash can only over-count. Lines that were edited, taken out or cut off are found; both files put back together to an older state, or forged
/// by someone who computes the hashes anew, are not. One process at a time. Not safe for use by several threads at once.
/// </remarks>
public sealed class BudgetLedger : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly List<BudgetEntry> _entries = [];
    private readonly RdpAccountant _rdp = new();
    private string _hash = "";
    private long _lines;
    private bool _torn;

    private BudgetLedger(string path, FileStream file, PrivacyBudget budget) => (_path, _file, Budget) = (path, file, budget);

    /// <summary>The budget.</summary>
    public PrivacyBudget Budget { get; private set; }

    /// <summary>All reservations, oldest first.</summary>
    public IReadOnlyList<BudgetEntry> Entries => _entries;

    /// <summary>ε that is proven for all reservations together, at the budget's δ: the smaller of the bounds of both accountants.</summary>
    public double Spent => Bound(null);

    /// <summary>Makes a ledger.</summary>
    /// <param name="path">A file that is not there.</param>
    /// <param name="budget">The budget; it cannot be changed later.</param>
    /// <exception cref="PalimpsestException">The file is there or cannot be written, or the budget is none.</exception>
    public static BudgetLedger Create(string path, PrivacyBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        PrivacyChecks.Delta(budget.Delta);
        if (!(budget.Epsilon > 0) || double.IsInfinity(budget.Epsilon) || string.IsNullOrWhiteSpace(budget.Unit) || budget.Unit.Any(char.IsControl))
        {
            throw new PalimpsestException("A budget needs an epsilon above 0 and the name of its unit on one line, such as client.");
        }

        BudgetLedger ledger = new(path, Access(path, FileMode.CreateNew), budget);
        ledger.Append(JsonSerializer.Serialize(new { schema = 1, budget = new { epsilon = budget.Epsilon, delta = budget.Delta, unit = budget.Unit } }));
        return ledger;
    }

    /// <summary>Opens a ledger and checks every line of it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">It is missing, used by another process, edited or cut off.</exception>
    public static BudgetLedger Open(string path)
    {
        FileStream file = Access(path, FileMode.Open);
        try
        {
            BudgetLedger ledger = new(path, file, new PrivacyBudget(0, 0, ""));
            ledger.Read();
            return ledger;
        }
        catch (Exception error)
        {
            file.Dispose();
            if (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException
                or ArgumentException)
            {
                throw Damaged(path, error.Message, error);
            }

            throw;
        }
    }

    /// <summary>Reserves releases, durably, before they are made.</summary>
    /// <param name="mechanism">What is released.</param>
    /// <param name="steps">How often, at least 1.</param>
    /// <param name="purpose">What for.</param>
    /// <exception cref="PalimpsestException">The budget does not suffice; nothing was reserved then. Or the disk is full.</exception>
    public void Reserve(SubsampledGaussian mechanism, long steps, string purpose)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        BudgetEntry entry = new(mechanism.Rate, mechanism.Noise, steps, purpose);
        double after = Bound(entry);
        if (!(after <= Budget.Epsilon))
        {
            throw new PalimpsestException(Invariant(
                $"{_path}: \"{purpose}\" would bring epsilon of one {Budget.Unit} to {after:F4}, above the budget of {Budget.Epsilon} at delta ")
                + Invariant($"{Budget.Delta:G6}. Spent so far: {Spent:F4}. Nothing was reserved. Add noise, or make fewer releases."));
        }

        // Counted first: whatever fails from here on, what is remembered is not less than what is on the disk.
        Take(entry);
        Append(JsonSerializer.Serialize(new { rate = entry.Rate, noise = entry.Noise, steps = entry.Steps, purpose = entry.Purpose }));
    }

    /// <summary>The account in one sentence.</summary>
    public string Describe() =>
        Invariant($"One {Budget.Unit}: epsilon {Math.Ceiling(Spent * 1e4) / 1e4:F4} of {Budget.Epsilon} at delta {Budget.Delta:G6} is spent ")
        + Invariant($"by {_entries.Sum(entry => entry.Steps):N0} releases (a {Budget.Unit} added or removed; Poisson sampling).");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Rényi bounds add up at once; loss distributions are asked only where those do not suffice.
    private double Bound(BudgetEntry? further)
    {
        RdpAccountant rdp = _rdp.Copy();
        IEnumerable<BudgetEntry> all = further is null ? _entries : _entries.Append(further);
        if (further is not null)
        {
            rdp.Compose(new SubsampledGaussian(further.Rate, further.Noise), further.Steps);
        }

        double bound = rdp.Epsilon(Budget.Delta).Value;
        if (further is not null && bound <= Budget.Epsilon)
        {
            return bound;
        }

        PldAccountant losses = new();
        foreach (BudgetEntry entry in all)
        {
            losses.Compose(new SubsampledGaussian(entry.Rate, entry.Noise), entry.Steps);
        }

        return Math.Min(bound, losses.Epsilon(Budget.Delta));
    }

    private void Take(BudgetEntry entry)
    {
        _rdp.Compose(new SubsampledGaussian(entry.Rate, entry.Noise), entry.Steps);
        _entries.Add(entry);
    }

    private void Append(string json)
    {
        if (_torn)
        {
            throw new PalimpsestException($"{_path}: an earlier line could not be written whole. Open the ledger again.");
        }

        string hash = Hash(_hash, json);
        try
        {
            _torn = true;
            _file.Write(Encoding.UTF8.GetBytes($"{hash} {json}\n"));
            _file.Flush(flushToDisk: true);
            _torn = false;
        }
        catch (IOException error)
        {
            throw new PalimpsestException(
                $"{_path}: cannot be written ({error.Message}). Nothing may be released. Free some space and open the ledger again.", error);
        }

        (_hash, _lines) = (hash, _lines + 1);
        WriteHead();
    }

    private void WriteHead() => AtomicFile.WriteText(HeadPath(_path), Invariant($"{_lines} {_hash}\n"));

    private void Read()
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        string[] lines = new UTF8Encoding(false, true).GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] head = (RegularFile.ReadText(HeadPath(_path), 200) ?? throw new FormatException("its .head file is too long")).Split(' ', '\n');
        if (head.Length < 2 || !long.TryParse(head[0], NumberStyles.None, CultureInfo.InvariantCulture, out long expected) || expected < 1)
        {
            throw Damaged(_path, "its .head file holds no number of lines and no hash");
        }

        if (lines.Length < expected)
        {
            throw Damaged(_path, $"it has {lines.Length} lines instead of {expected}: the end was cut off");
        }

        foreach (string line in lines)
        {
            string json = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            (_hash, _lines) = (Hash(_hash, json), _lines + 1);
            if (line != $"{_hash} {json}" || (_lines == expected && _hash != head[1]))
            {
                throw Damaged(_path, $"line {_lines} was changed, or one before it was taken out");
            }

            JsonElement element = JsonSerializer.Deserialize<JsonElement>(json);
            if (_lines == 1)
            {
                if (element.GetProperty("schema").GetInt32() != 1)
                {
                    throw new PalimpsestException($"{_path}: this ledger was written by a later version of Palimpsest. Open it with that one.");
                }

                JsonElement budget = element.GetProperty("budget");
                Budget = new PrivacyBudget(
                    budget.GetProperty("epsilon").GetDouble(), budget.GetProperty("delta").GetDouble(), budget.GetProperty("unit").GetString()!);
            }
            else
            {
                Take(new BudgetEntry(
                    element.GetProperty("rate").GetDouble(), element.GetProperty("noise").GetDouble(), element.GetProperty("steps").GetInt64(),
                    element.GetProperty("purpose").GetString()!));
            }
        }

        // A crash leaves half a line at most, of a reservation that was never granted; and a whole line whose head is the old one, which counts.
        if (whole < bytes.Length)
        {
            _file.SetLength(whole);
            _file.Flush(flushToDisk: true);
        }

        _file.Seek(0, SeekOrigin.End);
        if (_lines > expected)
        {
            WriteHead();
        }
    }

    private static FileStream Access(string path, FileMode mode)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            RegularFile.Check(path);
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException(mode == FileMode.CreateNew
                ? $"{path}: no ledger can be made there ({error.Message}). One that exists is opened, never replaced."
                : $"{path}: the ledger cannot be opened ({error.Message}). It serves one process at a time.", error);
        }
    }

    private static string HeadPath(string path) => path + ".head";

    private static string Hash(string before, string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{before} {json}")));

    private static PalimpsestException Damaged(string path, string what, Exception? cause = null)
    {
        string message = $"{path}: this ledger cannot be trusted: {what}. What was spent is not known, so nothing more may be released from this data. "
            + "Put both files back as they were, .head included.";
        return cause is null ? new PalimpsestException(message) : new PalimpsestException(message, cause);
    }
}
