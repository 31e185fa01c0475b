// Legacy decorators with metadata: the container finds what a constructor needs.
import "reflect-metadata";
import {
  container,
  inject,
  injectable,
  instanceCachingFactory,
  Lifecycle,
  scoped,
  singleton,
} from "tsyringe";

@singleton()
class Clock {
  ticks = 0;
  now(): number {
    return ++this.ticks;
  }
}

@injectable()
class Greeter {
  #count = 0;
  constructor(@inject(Clock) private clock: Clock, @inject("name") readonly name: string) {}
  greet = (): string => `${++this.#count} hello ${this.name} at ${this.clock.now()}`;
}

@scoped(Lifecycle.ContainerScoped)
class Shelf {
  constructor(@inject(Greeter) readonly greeter: Greeter) {}
}

container.register("name", { useFactory: instanceCachingFactory(() => "world") });
const [a, b] = [container.resolve(Greeter), container.resolve(Greeter)];
console.log(a.greet(), b.greet(), a.greet(), container.resolve(Shelf) === container.resolve(Shelf));
console.log(Greeter.name, Greeter.length, Reflect.getMetadataKeys(Greeter).length);
try {
  container.resolve("missing");
} catch (error) {
  console.log((error as Error).message);
}
try {
  container.resolve(
    class Nobody {
      constructor(readonly x: number) {}
    },
  );
} catch (error) {
  console.log((error as Error).message.split("\n")[0]);
}
