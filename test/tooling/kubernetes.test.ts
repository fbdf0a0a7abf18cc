import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { apiConfigSchema } from '@iaas/api/config'
import { describeSettings } from '@iaas/common/config/describe'
import { describe, expect, it } from '@jest/globals'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Service } from 'kubernetes-models/v1/Service'
import { parse, parseAllDocuments } from 'yaml'

type Resource = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
}

/** The schemas of Kubernetes itself, by kind. */
const models = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Namespace,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  Service,
} as const

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes')
const kustomization = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as {
  readonly resources: readonly string[]
  readonly images: readonly { readonly name: string }[]
}
const resources = await Promise.all(
  kustomization.resources.map(async (file) => {
    const documents = parseAllDocuments(await readFile(join(folder, file), 'utf8'))
    return documents.map((document) => document.toJS() as Resource)
  }),
).then((files) => files.flat())

const ofKind = <Model extends keyof typeof models>(kind: Model) =>
  resources
    .filter((resource) => resource.kind === kind)
    .map((resource) => resource as unknown as InstanceType<(typeof models)[Model]>)

function validate(resource: Resource): void {
  const Model = models[resource.kind as keyof typeof models] as unknown as new (data: Resource) => {
    validate(): void
    readonly apiVersion: string
  }
  const model = new Model(resource)
  model.validate()
  expect(model.apiVersion).toBe(resource.apiVersion)
}

describe('the Kubernetes example', () => {
  it.each(resources.map((resource) => [resource.kind, resource.metadata.name, resource] as const))(
    'has a valid %s %s',
    (_kind, _name, resource) => validate(resource),
  )

  it('refuses what is not valid', () => {
    const [api] = structuredClone(ofKind('Deployment'))
    const broken = Object.assign(api ?? {}, { spec: { replicas: 'two' } }) as unknown as Resource
    expect(() => validate(broken)).toThrow(/replicas/)
  })

  it('lists every file of the folder', async () => {
    const files = (await readdir(folder)).filter((name) => name !== 'kustomization.yaml')
    expect(new Set(kustomization.resources)).toEqual(new Set(files))
  })

  it('runs the three services, each with a scaler and a budget of disruptions', () => {
    const names = ['api', 'renderer', 'uploader']
    const deployments = ofKind('Deployment')
    expect(deployments.map(({ metadata }) => metadata?.name)).toEqual(names)
    const scaled = ofKind('HorizontalPodAutoscaler').map(({ spec }) => spec?.scaleTargetRef.name)
    expect(scaled).toEqual(names)
    const budgets = ofKind('PodDisruptionBudget').map(
      ({ spec }) => spec?.selector?.matchLabels?.['app.kubernetes.io/name'],
    )
    expect(budgets).toEqual(names)
    const images = deployments.map(({ spec }) => spec?.template.spec?.containers[0]?.image)
    expect(images).toEqual(kustomization.images.map(({ name }) => name))
  })

  it.each(ofKind('Deployment').map((each) => [each.metadata?.name, each] as const))(
    'runs the %s without root, read-only and without capabilities, and asks how it is',
    (_name, { spec }) => {
      expect(spec?.selector.matchLabels).toMatchObject({
        'app.kubernetes.io/name': spec?.template.metadata?.labels?.['app.kubernetes.io/name'],
      })
      const pod = spec?.template.spec
      expect(pod?.securityContext?.runAsNonRoot).toBe(true)
      const [container] = pod?.containers ?? []
      expect(container?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      const ports = container?.ports?.map(({ name }) => name)
      for (const probe of [
        container?.startupProbe,
        container?.readinessProbe,
        container?.livenessProbe,
      ]) {
        expect(['/readyz', '/healthz']).toContain(probe?.httpGet?.path)
        expect(ports).toContain(probe?.httpGet?.port)
      }
      expect(container?.resources?.limits).toHaveProperty('memory')
    },
  )

  it('sends clients for stored images to another name than the one they ask for images', () => {
    const [cacheHost] = ofKind('ConfigMap').map(({ data }) => data?.['CACHE_HOST'] ?? '')
    const { hostname } = new URL(cacheHost ?? '')
    const origins = ofKind('Ingress').flatMap(({ spec }) => spec?.rules?.map(({ host }) => host))
    // The CDN in front of the api has the name of its origin, without the first part.
    const asked = origins.flatMap((host = '') => [host, host.replace('origin.', '')])
    expect(asked).toEqual(['origin.images.example', 'images.example'])
    expect(asked).not.toContain(hostname)
  })

  it('sets what there is to set, and nothing else', () => {
    const known = new Set(describeSettings(apiConfigSchema).map(({ env }) => env))
    const set = ofKind('ConfigMap').flatMap(({ data = {} }) => Object.keys(data))
    expect(set.filter((name) => !known.has(name))).toEqual([])
  })
})
