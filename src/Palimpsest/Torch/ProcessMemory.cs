using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Palimpsest.Torch;

/// <summary>What this process holds of the machine's memory: bytes that the C library has handed out and not got back, and pages in use.</summary>
/// <remarks>libtorch takes the memory of its tensors on a CPU from the C library, so the first figure follows every tensor; the runtime's managed heap and
/// mapped
/// files are not in it. Thread-safe.</remarks>
public static partial class ProcessMemory
{
    private static readonly bool s_counted = Probe();

    /// <summary>Live bytes of the allocator, of all threads: glibc's <c>uordblks + hblkhd</c>. Null where the C library does not tell, as musl's and glibc's
    /// before 2.33 do not.</summary>
    public static long? Allocated => s_counted ? Counted() : null;

    /// <summary>Bytes of pages in use, mapped files included.</summary>
    public static long Resident => Environment.WorkingSet;

    /// <summary>The most that <see cref="Resident"/> has been since the process began.</summary>
    public static long PeakResident
    {
        get
        {
            using Process process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    private static long Counted()
    {
        MallocInfo info = MallInfo2();
        return (long)(info.UsedBytes + info.MappedBytes);
    }

    private static bool Probe()
    {
        try
        {
            return OperatingSystem.IsLinux() && Counted() > 0;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial MallocInfo MallInfo2();

    /// <summary>glibc's <c>struct mallinfo2</c>: arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost.</summary>
    private readonly record struct MallocInfo(nuint Arena, nuint FreeChunks, nuint FastChunks, nuint Mappings, nuint MappedBytes, nuint Unused, nuint FastBytes,
        nuint UsedBytes, nuint FreeBytes, nuint TopBytes);
}
