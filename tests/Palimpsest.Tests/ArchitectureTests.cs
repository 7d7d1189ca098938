using System.Reflection;
using System.Reflection.Emit;

namespace Palimpsest.Tests;

/// <summary>Reads the compiled assemblies and holds them against the map in docs/architecture.md.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Palimpsest.Core"] = [],
        ["Palimpsest"] = ["Palimpsest.Core"],
        ["Palimpsest.Unlearning"] = ["Palimpsest", "Palimpsest.Core"],
        ["Palimpsest.Cli"] = ["Palimpsest.Unlearning", "Palimpsest", "Palimpsest.Core"],
    };

    private static readonly string[] FoldersInOrder = ["Palimpsest.Torch", "Palimpsest.Models", "Palimpsest.Evaluation", "Palimpsest.Training", "Palimpsest.Retrieval", "Palimpsest.Jobs"];

    [Fact]
    public void Projects_ReferToEachOther_OnlyDownwards()
    {
        foreach ((string name, string[] allowed) in MayUse)
        {
            string[] references = [.. Assembly.Load(name).GetReferencedAssemblies().Select(r => r.Name!).Where(r => r.StartsWith("Palimpsest", StringComparison.Ordinal))];
            Assert.True(references.All(allowed.Contains), $"{name} refers to {string.Join(", ", references.Except(allowed))}");
        }
    }

    [Fact]
    public void Core_NeedsNoTensorEngine() =>
        Assert.DoesNotContain(Assembly.Load("Palimpsest.Core").GetReferencedAssemblies(), reference => reference.Name == "TorchSharp");

    [Fact]
    public void Folders_OfTheEngine_UseOnlyTheOnesBefore()
    {
        List<string> violations = [];
        foreach (Type type in Assembly.Load("Palimpsest").GetTypes())
        {
            int own = Level(type);
            if (own < 0)
            {
                continue;
            }

            foreach (Type used in UsedBy(type))
            {
                if (Level(used) > own)
                {
                    violations.Add($"{type.FullName} uses {used.FullName}");
                }
            }
        }

        Assert.Empty(violations.Distinct());
    }

    private static int Level(Type type) => Array.FindIndex(FoldersInOrder, folder => type.Namespace is string name && (name == folder || name.StartsWith(folder + ".", StringComparison.Ordinal)));

    /// <summary>Types in signatures, fields, local variables and the operands of all instructions.</summary>
    private static IEnumerable<Type> UsedBy(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (FieldInfo field in type.GetFields(all))
        {
            yield return field.FieldType;
        }

        foreach (MethodBase method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
        {
            foreach (ParameterInfo parameter in method.GetParameters())
            {
                yield return parameter.ParameterType;
            }

            if (method.GetMethodBody() is not MethodBody body)
            {
                continue;
            }

            foreach (LocalVariableInfo local in body.LocalVariables)
            {
                yield return local.LocalType;
            }

            byte[] code = body.GetILAsByteArray() ?? [];
            for (int i = 0; i + 4 < code.Length; i++)
            {
                // Call, callvirt and newobj with their token; a byte pattern that only looks like one resolves to nothing or to an innocent member.
                if (code[i] == OpCodes.Call.Value || code[i] == OpCodes.Callvirt.Value || code[i] == OpCodes.Newobj.Value)
                {
                    MemberInfo? member = Resolve(type, method, BitConverter.ToInt32(code, i + 1));
                    if (member?.DeclaringType is Type owner)
                    {
                        yield return owner;
                    }
                }
            }
        }
    }

    private static MemberInfo? Resolve(Type type, MethodBase method, int token)
    {
        try
        {
            return type.Module.ResolveMember(token, type.IsGenericType ? type.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException or MissingMemberException or TypeLoadException)
        {
            return null;
        }
    }
}
