/** What we use of client-node: the bundle leaves out the rest, whose reading takes most of a second. */
export { Attach, Exec, KubeConfig } from '@kubernetes/client-node';
