using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Palimpsest.Tests;

/// <summary>Reads the compiled assemblies and holds them against the map in docs/architecture.md.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Palimpsest.Core"] = [],
        ["Palimpsest"] = ["Palimpsest.Core"],
        ["Palimpsest.Unlearning"] = ["Palimpsest", "Palimpsest.Core"],
        ["Palimpsest.Federation"] = ["Palimpsest", "Palimpsest.Core"],
        ["Palimpsest.Cascades"] = ["Palimpsest", "Palimpsest.Core"],
        ["Palimpsest.Interpretability"] = ["Palimpsest", "Palimpsest.Core"],
        ["Palimpsest.Reasoning"] = ["Palimpsest", "Palimpsest.Core"],
        ["Palimpsest.Cli"] =
        [
            "Palimpsest.Unlearning", "Palimpsest.Federation", "Palimpsest.Cascades", "Palimpsest.Interpretability", "Palimpsest.Reasoning", "Palimpsest",
            "Palimpsest.Core",
        ],
    };

    /// <summary>Folders from the bottom to the top; a folder in which another one lies may stand above or below it. Folders that are not listed belong to the
    /// one they lie in.</summary>
    private static readonly Dictionary<string, string[]> FoldersInOrder = new()
    {
        ["Palimpsest.Core"] =
        [
            "Palimpsest.Common", "Palimpsest.Numerics", "Palimpsest.Numerics.Statistics", "Palimpsest.Numerics.Frames",
            "Palimpsest.Planning", "Palimpsest.Privacy", "Palimpsest.Text", "Palimpsest.Metrics", "Palimpsest.Data", "Palimpsest.Data.Worlds",
            "Palimpsest.Runs", "Palimpsest.Runs.Recipes", "Palimpsest.Runs.Reports", "Palimpsest.Runs.Results",
        ],
        ["Palimpsest"] =
        [
            "Palimpsest.Torch", "Palimpsest.Models.Layers", "Palimpsest.Models.Transformers", "Palimpsest.Models.Families", "Palimpsest.Models.Sources",
            "Palimpsest.Models.Lora", "Palimpsest.Models", "Palimpsest.Models.Generation", "Palimpsest.Evaluation", "Palimpsest.Training",
                "Palimpsest.Retrieval", "Palimpsest.Clients", "Palimpsest.Jobs",
            "Palimpsest.Jobs.Finetune", "Palimpsest.Jobs.Evaluate", "Palimpsest.Jobs.Pretrain", "Palimpsest.Jobs.Retrieval",
        ],
        ["Palimpsest.Federation"] = ["Palimpsest.Federation.Rounds", "Palimpsest.Federation.Clients", "Palimpsest.Federation.Experiment"],
        ["Palimpsest.Cascades"] =
        [
            "Palimpsest.Cascades.Agreement", "Palimpsest.Cascades.Recordings", "Palimpsest.Cascades.Predictors", "Palimpsest.Cascades.Costs",
            "Palimpsest.Cascades.Chains", "Palimpsest.Cascades.Certificates", "Palimpsest.Cascades.Baselines", "Palimpsest.Cascades.Experiment",
        ],
        ["Palimpsest.Interpretability"] =
        [
            "Palimpsest.Interpretability.SparseAutoencoders", "Palimpsest.Interpretability.Activations", "Palimpsest.Interpretability.Ssae.Tilting",
            "Palimpsest.Interpretability.Ssae", "Palimpsest.Interpretability.Shift", "Palimpsest.Interpretability.Dashboards",
            "Palimpsest.Interpretability.Experiment",
        ],
        ["Palimpsest.Reasoning"] =
        [
            "Palimpsest.Reasoning.Verifiers", "Palimpsest.Reasoning.Tasks", "Palimpsest.Reasoning.Rollouts", "Palimpsest.Reasoning.PerStepNegatives",
            "Palimpsest.Reasoning.Arms", "Palimpsest.Reasoning.Experiment",
        ],
    };

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

    /// <summary>Recipes and callers have keys and parameters; what an option is called is the command's to say.</summary>
    [Theory]
    [InlineData("Palimpsest.Core")]
    [InlineData("Palimpsest")]
    [InlineData("Palimpsest.Unlearning")]
    [InlineData("Palimpsest.Federation")]
    [InlineData("Palimpsest.Cascades")]
    [InlineData("Palimpsest.Interpretability")]
    [InlineData("Palimpsest.Reasoning")]
    public void Libraries_NameNoOptionsOfTheCommand(string assembly)
    {
        using PEReader file = new(File.OpenRead(Assembly.Load(assembly).Location));
        MetadataReader metadata = file.GetMetadataReader();
        List<string> texts = [];
        for (UserStringHandle handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            texts.Add(metadata.GetUserString(handle));
        }

        // Style sheets have names with two dashes of their own; the arguments of an archived run are read, not said.
        Assert.Contains(texts, text => text.Length > 20);
        Assert.DoesNotContain(texts, text =>
            Option().IsMatch(text) && !text.Contains("var(--", StringComparison.Ordinal) && text is not ("--set" or "--set=" or "--runs"));
    }

    [Theory]
    [InlineData("Palimpsest.Core")]
    [InlineData("Palimpsest")]
    [InlineData("Palimpsest.Federation")]
    [InlineData("Palimpsest.Cascades")]
    [InlineData("Palimpsest.Interpretability")]
    [InlineData("Palimpsest.Reasoning")]
    public void Folders_UseOnlyTheOnesBelow(string assembly)
    {
        string[] order = FoldersInOrder[assembly];
        Assembly loaded = Assembly.Load(assembly);
        List<string> violations = [];
        foreach (Type type in loaded.GetTypes().Where(type => Level(order, type) >= 0))
        {
            violations.AddRange(UsedBy(type).SelectMany(Parts).Where(used => used.Assembly == loaded && Level(order, used) > Level(order, type)).Select(used =>
                $"{type.FullName} uses {used.FullName}"));
        }

        Assert.Empty(violations.Distinct());
        Assert.All(order, folder =>
            Assert.Contains(loaded.GetTypes(), type => type.Namespace == folder || type.Namespace?.StartsWith(folder + ".", StringComparison.Ordinal) == true));
    }

    [GeneratedRegex("(^|[ '(])--[a-z]")]
    private static partial Regex Option();

    private static int Level(string[] order, Type type)
    {
        string name = type.Namespace is null ? "" : type.Namespace + ".";
        return order.Index().Where(folder => name.StartsWith(folder.Item + ".", StringComparison.Ordinal)).OrderByDescending(folder =>
            folder.Item.Length).Select(folder => folder.Index).FirstOrDefault(-1);
    }

    /// <summary>A type, what it is an array of or a reference to, and its generic arguments.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        Type inner = type;
        while (inner.HasElementType)
        {
            inner = inner.GetElementType()!;
        }

        return inner.IsGenericType && !inner.IsGenericTypeDefinition
            ? inner.GetGenericArguments().SelectMany(Parts).Prepend(inner.GetGenericTypeDefinition()) : [inner];
    }

    /// <summary>Base types, types in signatures, fields, local variables and the operands of all instructions.</summary>
    private static IEnumerable<Type> UsedBy(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.BaseType is Type parent)
        {
            yield return parent;
        }

        foreach (Type shape in type.GetInterfaces())
        {
            yield return shape;
        }

        foreach (FieldInfo field in type.GetFields(all))
        {
            yield return field.FieldType;
        }

        foreach (MethodBase method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
        {
            if (method is MethodInfo { ReturnType: Type result })
            {
                yield return result;
            }

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
                // Call, callvirt, newobj, castclass and isinst with their token; a byte pattern that only looks like one resolves to nothing or to an innocent
                // member.
                if (code[i] == OpCodes.Call.Value || code[i] == OpCodes.Callvirt.Value || code[i] == OpCodes.Newobj.Value || code[i] == OpCodes.Castclass.Value
                    || code[i] == OpCodes.Isinst.Value)
                {
                    MemberInfo? member = Resolve(type, method, BitConverter.ToInt32(code, i + 1));
                    if ((member as Type ?? member?.DeclaringType) is Type owner)
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
