using System.Reflection;

namespace VtepLab.Gherkin;

/// <summary>The objects of one scenario: one of a class, made when first asked for, with others as arguments of its constructor.</summary>
public sealed class ObjectContainer : IAsyncDisposable
{
    private readonly Dictionary<Type, object> objects = [];
    private readonly List<object> made = [];
    private readonly List<Type> underWay = [];

    /// <summary>Gives the container an object that somebody else made and disposes.</summary>
    public void RegisterInstanceAs<T>(T instance)
        where T : class => objects[typeof(T)] = instance;

    /// <summary>The scenario's object of a class.</summary>
    /// <exception cref="BindingException">It cannot be made; the message has the chain of classes that led to it.</exception>
    public T Resolve<T>()
        where T : class => (T)Resolve(typeof(T));

    internal object Resolve(Type type)
    {
        if (objects.TryGetValue(type, out var known))
        {
            return known;
        }

        var chain = string.Join(" -> ", underWay.Append(type).Select(t => t.Name));
        if (underWay.Contains(type))
        {
            throw new BindingException($"{chain}: a class needs itself");
        }

        if (type.IsAbstract || type.IsInterface || type.IsValueType || type == typeof(string))
        {
            throw new BindingException($"{chain}: nothing was registered as {type.Name}, and it cannot be made");
        }

        if (type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault() is not { } constructor)
        {
            throw new BindingException($"{chain}: {type.Name} has no public constructor");
        }

        underWay.Add(type);
        try
        {
            object?[] arguments = [.. constructor.GetParameters().Select(p => Resolve(p.ParameterType))];
            var instance = constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
            objects[type] = instance;
            made.Add(instance);
            return instance;
        }
        finally
        {
            underWay.Remove(type);
        }
    }

    /// <summary>Disposes what the container made, last made first.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = made.Count - 1; i >= 0; i--)
        {
            if (made[i] is IAsyncDisposable later)
            {
                await later.DisposeAsync();
            }
            else if (made[i] is IDisposable now)
            {
                now.Dispose();
            }
        }

        made.Clear();
        objects.Clear();
    }
}
