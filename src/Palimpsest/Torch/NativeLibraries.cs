using System.Reflection;
using System.Runtime.InteropServices;
using Palimpsest.Common;

namespace Palimpsest.Torch;

/// <summary>Loads libtorch and TorchSharp's native library before the first use of TorchSharp, also on systems whose libstdc++ is older than the library asks for.</summary>
/// <remarks>
/// <c>libLibTorchSharp.so</c> 0.107 asks for GLIBCXX_3.4.32 although nothing in it resolves to that version; Debian 12 and Ubuntu 22.04 stop at 3.4.30. Builds of this repository relax the
/// library in the output folder; where an unrelaxed one is found (a published package), a relaxed copy is made in the user's cache folder. Both libtorch libraries are loaded first:
/// without libtorch.so the process dies with a segmentation fault.
/// </remarks>
public static partial class NativeLibraries
{
    private const uint GlibcxxHash = 0x0297f842; // ELF hash of "GLIBCXX_3.4.32"
    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <summary>Loads the libraries once; later calls do nothing. Thread-safe.</summary>
    /// <exception cref="PalimpsestException">No library for this platform, or the system refuses to load it.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (_loaded)
            {
                return;
            }

            if (OperatingSystem.IsLinux())
            {
                TuneAllocator();

                // libtorch's idle threads spin by default and take the second core from the managed kernels (13% of a training step on two cores). Read by OpenMP when it loads.
                _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
                LoadOnLinux();
            }

            try
            {
                TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
            }
            catch (Exception error) when (error is NotSupportedException or TypeInitializationException or DllNotFoundException)
            {
                throw new PalimpsestException($"libtorch could not be loaded: {error.GetBaseException().Message} Run 'palimpsest doctor' to see what is missing.", error);
            }

            _loaded = true;
        }
    }

    /// <summary>Runs something that needs libtorch only later while libtorch loads on another core, which takes a seventh of a second.</summary>
    /// <param name="work">Calls <see cref="EnsureLoaded"/> before it uses TorchSharp. An error that loading meets is thrown there.</param>
    /// <returns>What the work returns, when libtorch is loaded too: a process that ends meanwhile would crash.</returns>
    public static T LoadBeside<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Task loading = Task.Run(EnsureLoaded);
        try
        {
            return work();
        }
        finally
        {
            Task.WaitAny(loading);
        }
    }

    /// <summary>Where the native libraries lie, or null if they are not beside the program.</summary>
    public static string? Folder()
    {
        foreach (string root in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) ?? "." })
        {
            foreach (string folder in new[] { Path.Combine(root, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), Path.Combine(root, "runtimes", "linux-x64", "native"), root })
            {
                if (File.Exists(Path.Combine(folder, "libLibTorchSharp.so")))
                {
                    return folder;
                }
            }
        }

        return null;
    }

    /// <summary>Marks the need for GLIBCXX_3.4.32 in an ELF image as weak, which makes the dynamic linker skip the check.</summary>
    /// <returns>True if a need was found and changed.</returns>
    internal static bool Relax(Span<byte> image)
    {
        for (int i = 0; i + 16 <= image.Length; i += 4)
        {
            if (BitConverter.ToUInt32(image[i..]) == GlibcxxHash && (image[i + 4] & 2) == 0)
            {
                image[i + 4] |= 2; // VER_FLG_WEAK
                return true;
            }
        }

        return false;
    }

    private static void LoadOnLinux()
    {
        string? folder = Folder();
        if (folder is null)
        {
            throw new PalimpsestException(
                $"libLibTorchSharp.so was not found beside {AppContext.BaseDirectory}. The program needs a reference to libtorch-cpu-linux-x64 (or TorchSharp-cuda-linux): build with './palimpsest' or 'dotnet build'.");
        }

        foreach (string name in new[] { "libtorch_cpu.so", "libtorch.so" })
        {
            if (File.Exists(Path.Combine(folder, name)))
            {
                NativeLibrary.Load(Path.Combine(folder, name));
            }
        }

        string library = Path.Combine(folder, "libLibTorchSharp.so");
        if (!NativeLibrary.TryLoad(library, out _))
        {
            NativeLibrary.Load(RelaxedCopy(library));
        }
    }

    private static string RelaxedCopy(string library)
    {
        byte[] image = File.ReadAllBytes(library);
        if (!Relax(image))
        {
            throw new PalimpsestException($"{library} cannot be loaded, and not because of GLIBCXX_3.4.32. 'ldd {library}' shows what is missing; glibc 2.34 or newer is needed.");
        }

        string cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "palimpsest", $"torchsharp-{image.Length}");
        Directory.CreateDirectory(cache);
        string copy = Path.Combine(cache, "libLibTorchSharp.so");
        AtomicFile.Write(copy, stream => stream.Write(image));
        return copy;
    }

    /// <summary>Keeps freed memory in the process: fresh pages are the main cost of training on virtual machines. The launcher's GLIBC_TUNABLES does better still, but only before the start.</summary>
    private static void TuneAllocator()
    {
        try
        {
            _ = MallOpt(-4, 0); // M_MMAP_MAX
            _ = MallOpt(-1, int.MaxValue); // M_TRIM_THRESHOLD
            _ = MallOpt(-2, 64 << 20); // M_TOP_PAD
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no mallopt; slower, but right.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallOpt(int parameter, int value);
}
